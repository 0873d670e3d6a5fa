/* Fax pages by libtiff, from memory. Task: fax-decode (all rows of the first page). */
#include "driver.h"

#include <tiffio.h>

static const file_t *source;
static toff_t place;

static tmsize_t read_at(thandle_t handle, void *to, tmsize_t size) {
    (void)handle;
    if (place >= source->size) return 0;
    tmsize_t left = (tmsize_t)(source->size - place);
    if (size > left) size = left;
    memcpy(to, source->octets + place, (size_t)size);
    place += (toff_t)size;
    return size;
}

static tmsize_t write_at(thandle_t handle, void *from, tmsize_t size) {
    (void)handle, (void)from, (void)size;
    return 0;
}

static toff_t seek(thandle_t handle, toff_t to, int whence) {
    (void)handle;
    if (whence == SEEK_CUR) to += place;
    if (whence == SEEK_END) to += source->size;
    return place = to;
}

static int close_it(thandle_t handle) {
    (void)handle;
    return 0;
}

static toff_t size_of(thandle_t handle) {
    (void)handle;
    return source->size;
}

/* With the whole file mapped the library reads without copying. */
static int map(thandle_t handle, void **base, toff_t *size) {
    (void)handle;
    *base = source->octets;
    *size = source->size;
    return 1;
}

static void unmap(thandle_t handle, void *base, toff_t size) {
    (void)handle, (void)base, (void)size;
}

static unsigned decode(const file_t *file, void *out) {
    source = file;
    place = 0;
    TIFF *tiff = TIFFClientOpen("page", "r", NULL, read_at, write_at, seek, close_it, size_of, map, unmap);
    if (!tiff) fail("libtiff cannot open the page");
    uint32_t strips = TIFFNumberOfStrips(tiff);
    uint8_t *rows = out;
    for (uint32_t strip = 0; strip < strips; strip++) {
        tmsize_t got = TIFFReadEncodedStrip(tiff, strip, rows, (tmsize_t)-1);
        if (got < 0) fail("libtiff cannot decode the page");
        rows += got;
    }
    TIFFClose(tiff);
    return (unsigned)(rows - (uint8_t *)out);
}

int main(int argc, char **argv) {
    int passes = passes_of(argc, argv);
    if (strcmp(argv[1], "fax-decode")) fail("unknown task");
    TIFFSetWarningHandler(NULL);
    file_t file = read_file(argv[2]);
    void *out = room(16 * 1024 * 1024);
    run(argv[1], decode, &file, out, passes);
    return 0;
}
