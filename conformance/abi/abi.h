/* SPDX-License-Identifier: MIT */
/* What app.c and module.c know about being compiled with the headers of a version to come, which next.py makes: each struct that can grow ends with abi_next. */
#pragma once

#ifdef ABI_NEXT
#define NEXT_OF(object) ((object).abi_next)
#define SET_NEXT(object, value) ((object).abi_next = (value))
#else
#define NEXT_OF(object) 0
#define SET_NEXT(object, value) ((void)0)
#endif
