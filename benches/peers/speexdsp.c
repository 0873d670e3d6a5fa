/* Resampling by speexdsp at its best quality. Task: resample-8000-48000. */
#include "driver.h"

#include <speex/speex_resampler.h>

static unsigned resample(const file_t *file, void *out) {
    int error = 0;
    SpeexResamplerState *state =
        speex_resampler_init(1, 8000, 48000, SPEEX_RESAMPLER_QUALITY_MAX, &error);
    if (!state) fail("speexdsp cannot resample");
    const int16_t *samples = (const int16_t *)file->octets;
    int16_t *made = out;
    spx_uint32_t left = (spx_uint32_t)(file->size / 2);
    while (left > 0) {
        spx_uint32_t taken = left < 1024 ? left : 1024, room = 8 * 1024;
        speex_resampler_process_int(state, 0, samples, &taken, made, &room);
        samples += taken;
        left -= taken;
        made += room;
    }
    speex_resampler_destroy(state);
    return (unsigned)(made - (int16_t *)out);
}

int main(int argc, char **argv) {
    int passes = passes_of(argc, argv);
    if (strcmp(argv[1], "resample-8000-48000")) fail("unknown task");
    file_t file = read_file(argv[2]);
    void *out = room(file.size * 7 + 65536);
    run(argv[1], resample, &file, out, passes);
    return 0;
}
