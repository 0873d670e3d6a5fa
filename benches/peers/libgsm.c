/* GSM 06.10 by libgsm. Tasks: gsm-decode, gsm-encode. */
#include "driver.h"

#if __has_include(<gsm/gsm.h>)
#include <gsm/gsm.h>
#else
#include <gsm.h>
#endif

enum { FRAME = 33, SAMPLES = 160 };

static unsigned decode(const file_t *file, void *out) {
    gsm state = gsm_create();
    gsm_signal *samples = out;
    for (size_t at = 0; at + FRAME <= file->size; at += FRAME, samples += SAMPLES)
        gsm_decode(state, file->octets + at, samples);
    gsm_destroy(state);
    return (unsigned)samples[-1];
}

static unsigned encode(const file_t *file, void *out) {
    gsm state = gsm_create();
    gsm_signal *samples = (gsm_signal *)file->octets;
    gsm_byte *octets = out;
    for (size_t left = file->size / 2; left >= SAMPLES; left -= SAMPLES) {
        gsm_encode(state, samples, octets);
        samples += SAMPLES;
        octets += FRAME;
    }
    gsm_destroy(state);
    return octets[-1];
}

int main(int argc, char **argv) {
    int passes = passes_of(argc, argv);
    file_t file = read_file(argv[2]);
    void *out = room(file.size * 10 + 4096);
    if (!strcmp(argv[1], "gsm-decode")) {
        run(argv[1], decode, &file, out, passes);
    } else if (!strcmp(argv[1], "gsm-encode")) {
        run(argv[1], encode, &file, out, passes);
    } else {
        fail("unknown task");
    }
    return 0;
}
