/* SPDX-License-Identifier: MIT */
/* The first call of an application of contract 0.1, linked or (ABI_DLSYM) as bindings of other languages find it. Prints what came of a description and of NULL. */
#include <accel/accel.h>

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#ifdef ABI_DLSYM
#define FUNCTION(name) ((__typeof__(&name))dlsym(dlopen("libaccel.so.0", RTLD_NOW), #name))
#else
#define FUNCTION(name) name
#endif

static void report(const char *what, enum accel_status status, struct accel_instance *instance)
{
    printf("%s: %s, %s: %s\n", what, FUNCTION(accel_status_name)(status), instance ? "an instance" : "no instance", FUNCTION(accel_last_error)()->message);
}

int main(int argc, char **argv)
{
    const char *paths[] = {argc > 1 ? argv[1] : "."};
    const struct accel_instance_desc desc = {.struct_size = sizeof desc, .flags = ACCEL_INSTANCE_FLAG_ONLY_GIVEN_PATHS | ACCEL_INSTANCE_FLAG_SIMULATED, .module_paths = paths, .module_path_count = 1};
    struct accel_instance *instance = (struct accel_instance *)(void *)&instance;
    enum accel_status status = FUNCTION(accel_instance_create)(&desc, &instance);
    report("description", status, instance);
    instance = (struct accel_instance *)(void *)&instance;
    status = FUNCTION(accel_instance_create)(NULL, &instance);
    report("NULL", status, instance);
    return 0;
}
