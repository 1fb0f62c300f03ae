/* SPDX-License-Identifier: MIT */
/* classify MODEL PICTURE.png: the digit in an 8 x 8 picture. */
#include <accel/accel.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>

#define TRY(call)                                                        \
    do {                                                                 \
        if ((call) != ACCEL_STATUS_OK) {                                 \
            fprintf(stderr, "error: %s\n", accel_last_error()->message); \
            exit(1);                                                     \
        }                                                                \
    } while (0)
#define DESC(name, ...) (&(struct accel_##name){.struct_size = sizeof(struct accel_##name), __VA_ARGS__})

int main(int argc, char **argv)
{
    if (argc != 3) return fprintf(stderr, "usage: classify MODEL PICTURE.png\n"), 2;
    png_image picture = {.version = PNG_IMAGE_VERSION};
    unsigned char pixels[64];
    if (!png_image_begin_read_from_file(&picture, argv[2]) || picture.width != 8 || picture.height != 8)
        return fprintf(stderr, "error: %s is no 8 x 8 PNG\n", argv[2]), 1;
    picture.format = PNG_FORMAT_GRAY;
    if (!png_image_finish_read(&picture, NULL, pixels, 0, NULL)) return fprintf(stderr, "error: %s\n", picture.message), 1;

    struct accel_instance *instance;
    struct accel_device *device;
    struct accel_model *model;
    struct accel_program *program;
    TRY(accel_instance_create(DESC(instance_desc, .api_version = ACCEL_VERSION), &instance));
    TRY(accel_instance_find_device(instance, "cpu", &device));
    TRY(accel_model_import(instance, DESC(model_source, .path = argv[1]), &model));
    TRY(accel_program_build(DESC(program_desc, .model = model, .devices = &device, .device_count = 1), &program));

    struct accel_buffer *image, *scores;
    float *values;
    TRY(accel_buffer_create(DESC(buffer_desc, .size_bytes = 64 * sizeof(float), .devices = &device, .device_count = 1), &image));
    TRY(accel_buffer_create(DESC(buffer_desc, .size_bytes = 10 * sizeof(float), .devices = &device, .device_count = 1), &scores));
    TRY(accel_buffer_map(image, DESC(map_desc, .access = ACCEL_ACCESS_WRITE), (void **)&values));
    for (int pixel = 0; pixel < 64; ++pixel) values[pixel] = pixels[pixel] / 255.0f;
    TRY(accel_buffer_unmap(image, DESC(map_desc, .access = ACCEL_ACCESS_WRITE)));

    struct accel_run *run;
    struct accel_queue *queue;
    struct accel_fence *fence;
    TRY(accel_run_create(DESC(run_desc, .program = program), &run));
    const struct accel_binding bindings[] = {{.port = 0, .buffer = image}, {.port = 1, .buffer = scores}};
    TRY(accel_run_bind(run, &(struct accel_bind_desc){.struct_size = sizeof(struct accel_bind_desc), .bindings = bindings, .binding_count = 2, .binding_size = sizeof bindings[0]}));
    TRY(accel_queue_create(DESC(queue_desc, .devices = &device, .device_count = 1), &queue));
    TRY(accel_fence_create(instance, DESC(fence_desc, .initial_value = 0), &fence));
    TRY(accel_queue_submit(queue, DESC(submit, .run = run, .signals = &(struct accel_fence_point){fence, 1}, .signal_count = 1)));
    TRY(accel_fence_wait(fence, 1, ACCEL_TIMEOUT_FOREVER));

    TRY(accel_buffer_map(scores, DESC(map_desc, .access = ACCEL_ACCESS_READ), (void **)&values));
    int best = 0;
    for (int digit = 1; digit < 10; ++digit)
        if (values[digit] > values[best]) best = digit;
    printf("%d\n", best);
    TRY(accel_buffer_unmap(scores, DESC(map_desc, .access = ACCEL_ACCESS_READ)));
    accel_fence_unref(fence), accel_queue_unref(queue), accel_run_unref(run), accel_buffer_unref(scores), accel_buffer_unref(image);
    accel_program_unref(program), accel_model_unref(model), accel_device_unref(device), accel_instance_unref(instance);
}
