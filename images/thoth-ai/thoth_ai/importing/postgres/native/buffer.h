/* Bytes that grow; they say no when memory ends, and whoever asked stops there. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifndef THOTH_BUFFER
#define THOTH_BUFFER

typedef struct {
    char *bytes;
    size_t size, room;
} Buffer;

static int reserve(Buffer *buffer, size_t more) {
    if (buffer->size + more <= buffer->room) return 1;
    size_t room = buffer->room ? buffer->room : 4096;
    while (room < buffer->size + more) room *= 2;
    char *bytes = realloc(buffer->bytes, room);
    if (!bytes) return 0;
    buffer->bytes = bytes;
    buffer->room = room;
    return 1;
}

static int append(Buffer *buffer, const void *bytes, size_t size) {
    if (!reserve(buffer, size)) return 0;
    if (size) memcpy(buffer->bytes + buffer->size, bytes, size);
    buffer->size += size;
    return 1;
}

static int append_number(Buffer *buffer, uint64_t value, int width) {
    unsigned char bytes[8];
    for (int at = 0; at < width; at++) bytes[at] = (unsigned char)(value >> (8 * (width - 1 - at)));
    return append(buffer, bytes, (size_t)width);
}

static int append_sized(Buffer *buffer, const void *bytes, size_t size) {
    return append_number(buffer, size, 4) && append(buffer, bytes, size);
}

#endif
