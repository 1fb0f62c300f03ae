// SPDX-License-Identifier: MIT
// Making programs: from a model, and from saved bytes.
#pragma once

#include <accel/accel.h>

#include "compiler/passes_interface.h"
#include "program.h"

namespace accel::runtime {

accel_status build_program(const accel_program_desc &desc, accel_program **out_program);
/// The program of one entry point for one set of sizes. open: what was built of it for all sizes; null: nothing.
accel_status build_program(const accel_program_desc &desc, const std::shared_ptr<const OpenParts> &open, accel_program **out_program);
/// Say for each node of the desc's model who takes it.
accel_status report_support(const accel_program_desc &desc, accel_support_fn report, void *user);
/// Tell of each pass over each entry point. See compiler/passes_interface.h.
accel_status report_passes(const accel_program_desc &desc, PassReceiver pass, void *user);
accel_status load_program(accel_instance *instance, const accel_program_load_desc &desc, accel_program **out_program);
accel_status check_program(accel_instance *instance, const accel_program_load_desc &desc, const char *name, accel_fit *out_fit);

/// What the application is told of a port of a program that was built for its sizes, or of an open one.
accel_port_info port_facts(const accel_program &program, uint32_t port);

/// What the application is told of its port of an entry point. bound: the sizes that the entry was built for are those of now, also where it leaves them open.
accel_port_info port_facts(const accel_program &program, const ProgramEntry &entry, uint32_t number, bool bound);

/// Make the ports' descriptions of their quantisation point at it, once the list of ports is final.
void settle_ports(accel_program &program);

/// Hand the blobs' remarks to the rows of the placement reports, in which the operations of a segment have the order of its nodes. Those of other nodes are dropped.
void settle_remarks(accel_program &program);

}  // namespace accel::runtime
