/* SPDX-License-Identifier: MIT */
/* The program of app.c as a file: "save FILE" writes one, "load FILE" reads it, whoever wrote it, and runs it. Uses STEP and MUST of app.c. */
#pragma once

static enum accel_status append(void *file, const void *bytes, size_t byte_count)
{
    return fwrite(bytes, 1, byte_count, file) == byte_count ? ACCEL_STATUS_OK : ACCEL_STATUS_IO;
}

static int save_to(struct accel_instance *instance, struct accel_device *device, const char *path)
{
    const struct accel_program_desc desc = {.struct_size = sizeof desc, .model = make_model(instance), .devices = &device, .device_count = 1};
    struct accel_program *program = NULL;
    MUST(program_build, &desc, &program);
    FILE *file = fopen(path, "wb");
    if (!file) return 1;
    MUST(program_save, program, append, file);
    return fclose(file) != 0;
}

/* A program that is refused is told with its sentence. */
static int load_from(struct accel_instance *instance, struct accel_device *device, const char *path)
{
    const struct accel_program_load_desc desc = {.struct_size = sizeof desc, .devices = &device, .device_count = 1, .path = path};
    struct accel_program *program = NULL;
    details = 1;
    MUST(program_load, instance, &desc, &program);
    details = 0;
    struct accel_binding bindings[3];
    memset(bindings, 0, sizeof bindings);
    make_operands(device, bindings);
    run_once(instance, device, make_run(program, make_scratch(program), bindings));
    result(bindings);
    return 0;
}
