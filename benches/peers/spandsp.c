/* G.726 and G.711 by spandsp. Tasks: g726-16-decode ... g726-40-decode, g726-32-encode, ulaw-decode. */
#include "driver.h"

#include <spandsp.h>

static int rate;

static unsigned decode(const file_t *file, void *out) {
    g726_state_t *state = g726_init(NULL, rate, G726_ENCODING_LINEAR, G726_PACKING_RIGHT);
    int16_t *samples = out;
    int count = g726_decode(state, samples, file->octets, (int)file->size);
    g726_free(state);
    return (unsigned)samples[count / 2];
}

static unsigned encode(const file_t *file, void *out) {
    g726_state_t *state = g726_init(NULL, rate, G726_ENCODING_LINEAR, G726_PACKING_RIGHT);
    uint8_t *octets = out;
    int count = g726_encode(state, octets, (const int16_t *)file->octets, (int)(file->size / 2));
    g726_free(state);
    return octets[count / 2];
}

static unsigned ulaw(const file_t *file, void *out) {
    int16_t *samples = out;
    for (size_t i = 0; i < file->size; i++) samples[i] = ulaw_to_linear(file->octets[i]);
    return (unsigned)samples[file->size / 2];
}

int main(int argc, char **argv) {
    int passes = passes_of(argc, argv);
    file_t file = read_file(argv[2]);
    /* The most that a task makes: 4 samples of 2 octets from an octet. */
    void *out = room(file.size * 8 + 64);
    if (!strcmp(argv[1], "ulaw-decode")) {
        run(argv[1], ulaw, &file, out, passes);
    } else if (sscanf(argv[1], "g726-%d", &rate) == 1) {
        rate *= 1000;
        run(argv[1], strstr(argv[1], "encode") ? encode : decode, &file, out, passes);
    } else {
        fail("unknown task");
    }
    return 0;
}
