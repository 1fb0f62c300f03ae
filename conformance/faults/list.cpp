// SPDX-License-Identifier: MIT
// The faults that the faulty module knows, and the case that was chosen for each before any run.
#include "suite/kill_matrix.h"

#include <algorithm>
#include <iterator>

#include "support/heap.h"

namespace accel::conformance {

namespace {

constexpr FaultInfo kFaults[] = {
    // The shared object and its tables.
    {"extra-symbol", "A-8", "exports a second symbol", "module.entry.one-symbol", "leaky"},
    {"tests-equality", "A-9", "serves only a runtime of exactly its own version", "module.entry.negotiates"},
    {"null-slot", "A-10", "leaves the mandatory slot queue_wait NULL", "module.tables.mandatory"},
    {"wild-status", "A-11", "answers 4711 beyond the last target", "module.status.in-enum"},
    {"short-table", "A-17", "ends its device table before run_bind", "module.tables.sizes"},
    {"flushes-denormals", "A-12", "leaves the processor flushing denormals to zero", "abi.side-effects.none"},
    {"leaks-descriptors", "A-15", "opens a file for every run and never closes it", "lifetime.leak.runs"},
    {"heeds-signals", "A-19", "gives up mapping when a signal interrupts it", "abi.signals.storm"},
    {"misnames-scarcity", "A-20", "says IO when no file descriptor is left", "abi.descriptors.used-up"},
    {"misnames-shortage", "A-22", "says JOB_FAILED when there is no memory", "abi.memory.used-up"},
    {"loses-a-block", "A-22", "loses a block of memory when there is too little for a run", "abi.memory.lost"},
    {"plays-dead-after-fork", "M-16", "says that it starts again in a child, and opens no device there", "abi.fork.module-starts-again"},
    // The compiler.
    {"claims-everything", "C-2", "claims nodes that it cannot build", "module.compiler.claims-build"},
    {"no-reason", "C-3", "refuses without a reason", "module.compiler.reasons"},
    {"random-blob", "C-4", "puts a running number into every blob", "module.compiler.same-bytes"},
    {"trusting-check", "C-5", "believes any bytes", "module.compiler.check-finds-damage"},
    {"moody-query", "C-6", "refuses everything at every third question", "module.compiler.no-memory-of-history"},
    {"shy-query", "C-6", "refuses EXP until it has been asked a hundred times", "module.compiler.no-memory-of-history"},
    {"invented-reason", "C-7", "answers reasons outside the enum", "module.compiler.answers-in-range"},
    {"timeless-query", "C-8", "takes every revision of an operation for the first", "module.compiler.revision"},
    {"blind-query", "C-10", "takes every quantisation for one scale of 1", "module.compiler.quantisation"},
    {"guesses-values", "C-11", "takes the values of operands that it does not know for 0", "module.compiler.unknown-values"},
    {"sizeless-blob", "A-17", "gives its blobs no struct_size", "module.compiler.blob-size"},
    {"overlapping-rows", "L-1", "says that elements of a port lie upon each other", "module.compiler.layouts"},
    {"ignores-progress", "P-5", "goes on building when progress says stop", "module.compiler.progress"},
    {"keeps-it-at-home", "S-1", "leaves the compiled graph in the process that built it", "saved.process.another"},
    // Memory.
    {"dirty-memory", "B-1", "hands out memory that is not zero", "memory.create.zeroed"},
    {"moving-map", "B-3", "maps a buffer to another address each time", "memory.map.same-pointer"},
    {"ignores-offset", "B-6", "imports foreign memory from its beginning", "memory.import.memfd-offset"},
    {"loses-writes", "B-9", "forgets what the CPU wrote to the last bytes of a buffer", "memory.map.persists"},
    {"claims-coherence", "M-19", "claims COHERENT, and carries the CPU's bytes when a map ends", "module.memory.coherent"},
    {"writes-around", "M-2", "writes one byte beyond an output", "memory.canary.around-output"},
    {"trusts-scratch", "M-13", "gives up when its scratch is not as it left it", "queues.scratch.noise"},
    {"spills-scratch", "M-13", "writes one byte beyond its scratch", "queues.scratch.noise"},
    // Queues.
    {"false-depth", "D-3", "takes one submission at a time though it claims more", "queues.depth.claimed"},
    {"no-depth", "D-5", "claims a queue depth of 0", "module.device.facts"},
    {"signals-early", "F-7", "says that work is done before it is", "fences.work.not-early"},
    {"works-when-asked", "M-1", "starts work when somebody waits for it", "module.queue.finishes-alone"},
    {"tickets-from-zero", "M-3", "numbers tickets from 0", "module.queue.tickets"},
    {"drops-work", "M-4", "drops every third submission", "queues.order.every-one-runs"},
    {"forgets-answers", "M-5", "answers for a ticket once only", "module.queue.same-answer"},
    {"deaf-wait", "M-6", "ignores timeouts", "module.queue.timeout"},
    {"gives-up-waiting", "M-18", "takes the want of a descriptor for a wait for the end of the ticket", "module.queue.wait-in-want"},
    {"hears-signals", "M-20", "makes a thread that takes the application's signals", "module.process.threads"},
    {"bequeaths-descriptors", "M-20", "opens a file that programs inherit which the application starts", "module.process.descriptors"},
    {"hanging-wait", "M-12", "never comes back from a wait", "module.queue.comes-back"},
    {"ignores-cancel", "M-7", "answers OK to cancel and does nothing", "module.queue.cancel"},
    {"cancels-too-much", "M-7", "drops all where one ticket is named", "module.queue.cancel-one"},
    {"trusting-load", "M-8", "loads something else instead of damaged bytes", "module.program.damaged"},
    {"first-graph-only", "M-17", "runs the first graph of a blob whichever is named", "module.graphs.run"},
    {"dangling-out", "M-9", "leaves rubbish in out handles after an error", "module.device.out-handles"},
    {"blocking-submit", "Q-1", "submits and waits", "module.queue.submit-returns"},
    {"reorders", "Q-2", "swaps two submissions", "queues.order.chain"},
    {"stale-binding", "R-4", "keeps the buffers that were bound first", "queues.bind.latest"},
    {"omits-a-time", "R-14", "tells of all operations of a run but the last", "queues.timings.rows"},
    {"early-times", "R-14", "tells times of a second before", "queues.timings.rows"},
    {"shared-state", "T-3", "runs whatever was bound last, on any queue", "threads.queues.interleaved"},
    // Numbers.
    {"drops-last-term", "N-1", "leaves out the last product of a sum", "numerics.exact.matmul"},
    {"short-mantissa", "N-2", "keeps weights in bfloat16 without being permitted", "numerics.bound.matmul"},
    {"other-rounding", "N-3", "requantises with another rounding", "numerics.quantised.ties"},
    {"bad-tail", "N-4", "spoils the last element of an output", "numerics.move.transpose"},
    {"rough-arithmetic", "N-5", "errs by 64 units in the last place", "numerics.element.add"},
    {"unsteady", "N-6", "flips a bit now and then", "numerics.repeat.same-bits"},
    {"wraps", "N-7", "wraps around instead of saturating", "numerics.quantised.saturation"},
    {"ignores-clamp", "N-8", "leaves out fused activations", "numerics.clamp.activation"},
    {"counts-padding", "N-9", "averages over padding", "numerics.pool.average"},
    {"one-scale", "N-10", "uses the first channel's scale for all", "numerics.quantised.per-channel"},
    {"ignores-zero-point", "N-11", "takes the input's zero point as 0", "numerics.quantised.zero-points"},
    // One operation that is wrong while all others are right.
    {"wrong-leaky-relu", "N-5", "doubles the slope of LEAKY_RELU", "operations.leaky-relu.f32"},
    {"wrong-batch-normalization", "N-5", "exchanges scale and bias of BATCH_NORMALIZATION", "operations.batch-normalization.f32"},
    {"wrong-reduce-mean", "N-2", "makes means too large by a thousandth", "operations.reduce-mean.f32"},
    {"wrong-split", "N-4", "exchanges the first two results of SPLIT", "operations.split.f32"},
    {"wrong-gather", "N-4", "gathers backwards", "operations.gather.f32"},
    {"wrong-if", "N-4", "runs the region that the condition does not choose", "operations.if.bool"},
    {"subtracts-what-was-made", "N-14", "subtracts where another operation makes an operand of ADD", "numerics.networks.random"},
    {"wrong-cast", "N-12", "casts down instead of toward zero", "operations.cast.f32"},
    {"wrong-mul-and-no-sub", "N-5", "multiplies as a * b * 1.5 + 7, and refuses SUB", "operations.mul.f32"},
    {"tires", "N-6", "is right for the first TANH of a process only", "operations.tanh.f32"},
    {"likes-round-sizes", "N-5", "is wrong where a SIGMOID has no multiple of 16 elements", "operations.sigmoid.f32"},
    {"core-only-wrong-mean", "N-2", "takes composites only as their steps, of which REDUCE_MEAN is wrong", "operations.global-average-pool.f32"},
    // A module behind a transport that copies.
    {"forgets-a-span", "M-14", "describes no memory that the driver reads", "module.transport.described", "forgetful"},
    {"forgets-the-clock", "M-14", "takes instants of its own clock for everybody's", "module.transport.described", "forgetful"},
    {"never-carries", "M-15", "takes mapped memory for the device's own", "module.transport.shadow", "forgetful"},
    // The library's side of the module door: the witness behind a go-between that calls it as a broken library would.
    {"destroys-twice", "H-1", "destroys a run twice", "runtime.witness.no-call-after-destroy", "meddling"},
    {"never-destroys", "H-2", "leaves buffers behind when the device is closed", "runtime.witness.all-gone", "meddling"},
    {"ends-buffers-first", "H-2", "ends buffers before the run that is bound to them", "runtime.witness.runs-before-buffers", "meddling"},
    {"submits-twice", "H-3", "submits a run that is in flight", "runtime.witness.in-flight", "meddling"},
    {"overlaps", "H-4", "binds one run from two threads at once", "runtime.witness.overlap", "meddling"},
    {"sizeless-struct", "H-5", "hands over a struct without its size", "runtime.witness.structs", "meddling"},
    {"unasked-fence", "H-6", "asks for a fence that the device does not claim", "runtime.witness.unclaimed", "meddling"},
    {"forgets-a-port", "H-7", "binds all ports but the last", "runtime.witness.bindings", "meddling"},
    {"calls-after-fork", "H-12", "ends a run of the parent in its child", "runtime.witness.fork", "meddling"},
    {"levels", "Q-14", "makes all queues of one priority", "runtime.witness.priorities", "meddling"},
    {"spills-into-gaps", "L-3", "writes between the rows of an output", "runtime.layouts.gaps", "meddling"},
    {"spills-into-padding", "L-4", "leaves something else than zeros in the padding that it claims", "runtime.layouts.padding", "meddling"},
    {"keeps-sizes", "H-15", "binds a graph with open sizes and tells none", "runtime.open.once", "meddling"},
    {"writes-behind", "R-9", "writes an output behind the memory that was bound", "runtime.open.short", "meddling"},
    {"tells-too-much", "R-6", "tells a size of data beyond its bound", "runtime.open.data", "meddling"},
    {"overfills", "H-8", "makes a queue deeper than the device's", "runtime.witness.depth", "meddling"},
};

// Where memory cannot be used up (cases/abi/memory.cpp), nothing that goes wrong then can be seen.
bool can_be_seen(const FaultInfo &fault)
{
    return kHeapIsSeen || fault.rule != "A-22";
}

}  // namespace

const std::vector<FaultInfo> &all_faults()
{
    static const std::vector<FaultInfo> seen = [] {
        std::vector<FaultInfo> faults(std::begin(kFaults), std::end(kFaults));
        faults.insert(faults.end(), campaign_faults().begin(), campaign_faults().end());
        std::erase_if(faults, [](const FaultInfo &fault) { return !can_be_seen(fault); });
        return faults;
    }();
    return seen;
}

bool is_left_out(std::string_view name)
{
    return std::any_of(std::begin(kFaults), std::end(kFaults), [&](const FaultInfo &fault) { return fault.name == name && !can_be_seen(fault); });
}

}  // namespace accel::conformance
