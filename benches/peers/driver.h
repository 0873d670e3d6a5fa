/* What the drivers for other programs' libraries share: a file in memory, a clock, and the loop.
 *
 * Usage of every driver: DRIVER TASK FILE [PASSES]. It reads FILE, runs the task once to warm up,
 * then PASSES times, and prints one line: "TASK,NANOSECONDS" of the fastest pass. What one pass is
 * worth (samples, pages, messages) is known to the caller, who made the file. */
#ifndef DRIVER_H
#define DRIVER_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct {
    uint8_t *octets;
    size_t size;
} file_t;

static void fail(const char *why) {
    fprintf(stderr, "%s\n", why);
    exit(1);
}

static void *room(size_t size) {
    void *octets = calloc(size ? size : 1, 1);
    if (!octets) fail("no memory");
    return octets;
}

static file_t read_file(const char *path) {
    FILE *in = fopen(path, "rb");
    if (!in || fseek(in, 0, SEEK_END)) fail("cannot read the input");
    long size = ftell(in);
    if (size < 0 || fseek(in, 0, SEEK_SET)) fail("cannot read the input");
    /* Some libraries read a little past the end. */
    file_t file = {room((size_t)size + 64), (size_t)size};
    if (fread(file.octets, 1, file.size, in) != file.size) fail("cannot read the input");
    fclose(in);
    return file;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* One pass over the whole file; returns something that depends on the result. */
typedef unsigned (*pass_t)(const file_t *file, void *out);

static volatile unsigned sink;

static void run(const char *task, pass_t pass, const file_t *file, void *out, int passes) {
    double best = 1e300;
    sink += pass(file, out);
    for (int i = 0; i < passes; i++) {
        double start = now();
        sink += pass(file, out);
        double taken = now() - start;
        if (taken < best) best = taken;
    }
    printf("%s,%.0f\n", task, best);
}

static int passes_of(int argc, char **argv) {
    if (argc < 3) fail("usage: DRIVER TASK FILE [PASSES]");
    int passes = argc > 3 ? atoi(argv[3]) : 5;
    return passes > 0 ? passes : 1;
}

#endif
