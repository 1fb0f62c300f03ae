/* SPDX-License-Identifier: MIT */
/*
 * A plugin's host: opens the library by name, works with it, closes it, forks, and opens it again; argv[1] is the folder with the module's manifest, argv[2] how often. What the
 * library left behind (threads, handlers of fork, tables of modules) must still have its code then.
 */
#include <accel/accel.h>

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define CALL(name) ((__typeof__(&name))dlsym(library, #name))

static int fail(const char *what)
{
    printf("%s\n", what);
    return 1;
}

static int work(void *library, const char *folder)
{
    const char *paths[] = {folder};
    const struct accel_instance_desc desc = {.struct_size = sizeof desc, .api_version = ACCEL_VERSION, .flags = ACCEL_INSTANCE_FLAG_ONLY_GIVEN_PATHS, .module_paths = paths,
                                             .module_path_count = 1, .log_level = ACCEL_LOG_LEVEL_ERROR};
    struct accel_instance *instance = NULL;
    struct accel_device *device = NULL;
    struct accel_queue *queue = NULL;
    if (CALL(accel_instance_create)(&desc, &instance) != ACCEL_STATUS_OK) return fail("no instance");
    if (CALL(accel_instance_find_device)(instance, "adder", &device) != ACCEL_STATUS_OK || CALL(accel_device_open)(device) != ACCEL_STATUS_OK) return fail("no device");
    const struct accel_queue_desc queue_desc = {.struct_size = sizeof queue_desc, .devices = &device, .device_count = 1};
    if (CALL(accel_queue_create)(&queue_desc, &queue) != ACCEL_STATUS_OK) return fail("no queue");
    CALL(accel_queue_unref)(queue);
    CALL(accel_device_unref)(device);
    CALL(accel_instance_unref)(instance);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 3) return 2;
    for (int left = atoi(argv[2]); left > 0; --left) {
        void *library = dlopen("libaccel.so.0", RTLD_NOW | RTLD_LOCAL);
        if (!library) return fail(dlerror());
        const void *code = dlsym(library, "accel_version");
        if (work(library, argv[1])) return 1;
        dlclose(library);
        Dl_info info;
        if (!dladdr(code, &info)) return fail("the library was unmapped");
        const pid_t child = fork();
        if (child == 0) {
            library = dlopen("libaccel.so.0", RTLD_NOW | RTLD_LOCAL);
            _exit(library && CALL(accel_version)() >= ACCEL_VERSION ? 0 : 1);
        }
        int status = -1;
        if (child < 0 || waitpid(child, &status, 0) != child || status != 0) return fail("the child ended badly");
    }
    printf("opened, closed and forked\n");
    return 0;
}
