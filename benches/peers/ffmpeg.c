/* G.726 and GSM by libavcodec. Tasks: g726-32-decode, g726-32-encode, gsm-decode.
 *
 * Packets and frames are long, which is the best case for the library: its own reader of raw
 * G.726 hands over about 1 000 octets at a time. */
#include "driver.h"

#include <libavcodec/avcodec.h>
#include <libavutil/channel_layout.h>
#include <libavutil/log.h>

static const AVCodec *codec;
static size_t step;

static AVCodecContext *open_codec(void) {
    AVCodecContext *context = avcodec_alloc_context3(codec);
    if (!context) fail("no memory");
    context->sample_rate = 8000;
    av_channel_layout_default(&context->ch_layout, 1);
    context->sample_fmt = AV_SAMPLE_FMT_S16;
    context->bits_per_coded_sample = 4;
    context->bit_rate = 32000;
    context->time_base = (AVRational){1, 8000};
    if (avcodec_open2(context, codec, NULL) < 0) fail("libavcodec cannot open the codec");
    return context;
}

static unsigned decode(const file_t *file, void *out) {
    AVCodecContext *context = open_codec();
    AVPacket *packet = av_packet_alloc();
    AVFrame *frame = av_frame_alloc();
    int16_t *samples = out;
    for (size_t at = 0; at < file->size; at += step) {
        packet->data = file->octets + at;
        packet->size = (int)(file->size - at < step ? file->size - at : step);
        if (avcodec_send_packet(context, packet) < 0) break;
        while (avcodec_receive_frame(context, frame) >= 0) {
            memcpy(samples, frame->data[0], (size_t)frame->nb_samples * 2);
            samples += frame->nb_samples;
        }
    }
    av_frame_free(&frame);
    av_packet_free(&packet);
    avcodec_free_context(&context);
    return (unsigned)(samples - (int16_t *)out);
}

static unsigned encode(const file_t *file, void *out) {
    AVCodecContext *context = open_codec();
    AVPacket *packet = av_packet_alloc();
    AVFrame *frame = av_frame_alloc();
    uint8_t *octets = out;
    size_t count = file->size / 2;
    size_t chunk = context->frame_size > 0 ? (size_t)context->frame_size : step;
    for (size_t at = 0; at < count; at += chunk) {
        frame->nb_samples = (int)(count - at < chunk ? count - at : chunk);
        frame->format = AV_SAMPLE_FMT_S16;
        frame->sample_rate = 8000;
        av_channel_layout_default(&frame->ch_layout, 1);
        frame->data[0] = file->octets + at * 2;
        frame->extended_data = frame->data;
        frame->linesize[0] = frame->nb_samples * 2;
        if (avcodec_send_frame(context, frame) < 0) break;
        while (avcodec_receive_packet(context, packet) >= 0) {
            memcpy(octets, packet->data, (size_t)packet->size);
            octets += packet->size;
            av_packet_unref(packet);
        }
    }
    frame->data[0] = NULL;
    av_frame_free(&frame);
    av_packet_free(&packet);
    avcodec_free_context(&context);
    return (unsigned)(octets - (uint8_t *)out);
}

int main(int argc, char **argv) {
    int passes = passes_of(argc, argv);
    int encoding = strstr(argv[1], "encode") != NULL;
    av_log_set_level(AV_LOG_QUIET);
    if (!strncmp(argv[1], "g726-32", 7)) {
        codec = encoding ? avcodec_find_encoder_by_name("g726le")
                         : avcodec_find_decoder_by_name("g726le");
        step = 8192;
    } else if (!strcmp(argv[1], "gsm-decode")) {
        codec = avcodec_find_decoder_by_name("gsm");
        step = 33;
    } else {
        fail("unknown task");
    }
    if (!codec) fail("libavcodec was built without the codec");
    file_t file = read_file(argv[2]);
    /* GSM: 320 octets of samples from 33. */
    void *out = room(file.size * 10 + 4096);
    run(argv[1], encoding ? encode : decode, &file, out, passes);
    return 0;
}
