/* PostgreSQL's own hash functions, seed 0, so that its sums can be held against ours.
   The algorithm is Bob Jenkins' lookup3, which is in the public domain. */

#include <stdint.h>
#include <string.h>

#define ROTATED(x, k) (((x) << (k)) | ((x) >> (32 - (k))))
#define START 0x9e3779b9u + 3923095u

typedef struct {
    uint32_t a, b, c;
} Jenkins;

static inline void jenkins_mix(Jenkins *s) {
    s->a -= s->c; s->a ^= ROTATED(s->c, 4); s->c += s->b;
    s->b -= s->a; s->b ^= ROTATED(s->a, 6); s->a += s->c;
    s->c -= s->b; s->c ^= ROTATED(s->b, 8); s->b += s->a;
    s->a -= s->c; s->a ^= ROTATED(s->c, 16); s->c += s->b;
    s->b -= s->a; s->b ^= ROTATED(s->a, 19); s->a += s->c;
    s->c -= s->b; s->c ^= ROTATED(s->b, 4); s->b += s->a;
}

static inline uint64_t jenkins_final(Jenkins *s) {
    s->c ^= s->b; s->c -= ROTATED(s->b, 14);
    s->a ^= s->c; s->a -= ROTATED(s->c, 11);
    s->b ^= s->a; s->b -= ROTATED(s->a, 25);
    s->c ^= s->b; s->c -= ROTATED(s->b, 16);
    s->a ^= s->c; s->a -= ROTATED(s->c, 4);
    s->b ^= s->a; s->b -= ROTATED(s->a, 14);
    s->c ^= s->b; s->c -= ROTATED(s->b, 24);
    return (uint64_t)s->b << 32 | s->c;
}

static inline uint64_t hash_bytes(const unsigned char *bytes, size_t size) {
    Jenkins s;
    s.a = s.b = s.c = START + (uint32_t)size;
    for (; size >= 12; size -= 12, bytes += 12) {
        uint32_t words[3];
        memcpy(words, bytes, 12);
        s.a += words[0];
        s.b += words[1];
        s.c += words[2];
        jenkins_mix(&s);
    }
    unsigned char rest[12] = {0};
    uint32_t words[3];
    for (size_t at = 0; at < size; at++) rest[at + (at > 7)] = bytes[at]; /* c's lowest byte is the length's */
    memcpy(words, rest, 12);
    s.a += words[0];
    s.b += words[1];
    s.c += words[2];
    return jenkins_final(&s);
}

static inline uint64_t hash_int8(int64_t value) {
    uint32_t high = (uint32_t)((uint64_t)value >> 32);
    Jenkins s;
    s.a = s.b = s.c = START + 4u;
    s.a += (uint32_t)value ^ (value >= 0 ? high : ~high);
    return jenkins_final(&s);
}
