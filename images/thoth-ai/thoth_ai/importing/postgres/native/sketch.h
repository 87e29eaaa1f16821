/* What is remembered of a column's values while they pass: bounded, whatever their number.

   Every value counts under its hash. While there are few different ones all are kept; then those
   with the smallest hashes are, which are a fair sample of the different values, counted exactly,
   and their density tells how many there are. A second table holds what is frequent: a value
   stays in its slot as long as it is the more common one there. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ROOM 48
#define FREQUENT_BITS 7
#define FREQUENT (1 << FREQUENT_BITS)
#define FIRST_ROOM 32

typedef struct {
    uint64_t hash;
    int64_t count, votes;
    uint16_t size;
    unsigned char bytes[ROOM];
} Seen;

typedef struct {
    int kept, room, used; /* nothing is noted where none are to be kept */
    uint64_t limit;       /* of the hashes that are kept */
    Seen *slots, *frequent, low, high;
    int64_t values, total;
    uint64_t longest;
} Sketch;

static inline void remember(Seen *slot, uint64_t hash, const unsigned char *bytes, size_t size) {
    slot->hash = hash;
    slot->count = slot->votes = 1;
    slot->size = (uint16_t)size;
    memcpy(slot->bytes, bytes, size);
}

static inline int order(const Seen *one, const unsigned char *bytes, size_t size) {
    int found = memcmp(one->bytes, bytes, one->size < size ? one->size : size);
    return found ? found : (int)one->size - (int)size;
}

static inline Seen *slot_of(Seen *slots, int room, uint64_t hash) {
    size_t at = hash & (uint64_t)(room - 1);
    while (slots[at].count && slots[at].hash != hash) at = (at + 1) & (size_t)(room - 1);
    return &slots[at];
}

static int by_hash(const void *one, const void *other) {
    uint64_t first = ((const Seen *)one)->hash, second = ((const Seen *)other)->hash;
    return first < second ? -1 : first > second;
}

/* Moves all kept values to the front, those with the smallest hashes first. */
static void sort_kept(Sketch *self) {
    int found = 0;
    for (int at = 0; at < self->room; at++)
        if (self->slots[at].count) {
            if (at != found) {
                self->slots[found] = self->slots[at];
                self->slots[at].count = 0;
            }
            found++;
        }
    if (found) qsort(self->slots, (size_t)found, sizeof *self->slots, by_hash);
}

static int resized(Sketch *self, int room) {
    Seen *slots = calloc((size_t)room, sizeof *slots);
    if (!slots) return 0;
    for (int at = 0; at < self->room; at++)
        if (self->slots[at].count) *slot_of(slots, room, self->slots[at].hash) = self->slots[at];
    free(self->slots);
    self->slots = slots;
    self->room = room;
    return 1;
}

static int begin_frequent(Sketch *self) {
    self->frequent = calloc(FREQUENT, sizeof *self->frequent);
    if (!self->frequent) return 0;
    for (int at = 0; at < self->room; at++) {
        Seen *one = &self->slots[at], *slot = &self->frequent[one->hash >> (64 - FREQUENT_BITS)];
        if (one->count > slot->count) *slot = *one;
    }
    for (int at = 0; at < FREQUENT; at++) self->frequent[at].votes = self->frequent[at].count;
    return 1;
}

static int make_room(Sketch *self) {
    if (self->used <= 2 * self->kept) return 2 * self->used <= self->room || resized(self, 2 * self->room);
    if (!self->frequent && !begin_frequent(self)) return 0;
    sort_kept(self);
    self->limit = self->slots[self->kept].hash;
    for (int at = self->kept; at < self->used; at++) self->slots[at].count = 0;
    self->used = self->kept;
    return resized(self, self->room);
}

static inline void vote(Sketch *self, uint64_t hash, const unsigned char *bytes, size_t size) {
    Seen *slot = &self->frequent[hash >> (64 - FREQUENT_BITS)];
    if (slot->count && slot->hash == hash) slot->count++, slot->votes++;
    else if (slot->votes > 0) slot->votes--;
    else remember(slot, hash, bytes, size);
}

/* Returns 0 when there is no memory. */
static inline int note(Sketch *self, uint64_t hash, const unsigned char *bytes, size_t whole) {
    size_t size = whole < ROOM ? whole : ROOM;
    if (!self->kept) return 1;
    if (!self->values++) {
        remember(&self->low, hash, bytes, size);
        remember(&self->high, hash, bytes, size);
    } else if (order(&self->low, bytes, size) > 0) remember(&self->low, hash, bytes, size);
    else if (order(&self->high, bytes, size) < 0) remember(&self->high, hash, bytes, size);
    self->total += (int64_t)whole;
    if (whole > self->longest) self->longest = whole;
    if (self->frequent) vote(self, hash, bytes, size);
    if (hash >= self->limit) return 1;
    Seen *slot = slot_of(self->slots, self->room, hash);
    if (slot->count) return slot->count++, 1;
    remember(slot, hash, bytes, size);
    self->used++;
    return make_room(self);
}

static inline void ordered(uint64_t bits, unsigned char *bytes) {
    for (int at = 0; at < 8; at++) bytes[at] = (unsigned char)(bits >> (56 - 8 * at));
}

/* Numbers are noted as eight bytes that sort as they do. */
static inline int note_long(Sketch *self, uint64_t hash, int64_t value) {
    unsigned char bytes[8];
    if (!self->kept) return 1;
    ordered((uint64_t)value ^ (1ull << 63), bytes);
    return note(self, hash, bytes, 8);
}

static inline int note_double(Sketch *self, uint64_t hash, double value) {
    unsigned char bytes[8];
    uint64_t bits;
    if (!self->kept) return 1;
    value += 0.0; /* one zero */
    memcpy(&bits, &value, 8);
    ordered(bits >> 63 ? ~bits : bits | 1ull << 63, bytes);
    return note(self, hash, bytes, 8);
}

static int begin_sketch(Sketch *self, int kept) {
    self->kept = kept;
    self->limit = UINT64_MAX;
    self->room = FIRST_ROOM;
    self->slots = kept ? calloc(FIRST_ROOM, sizeof *self->slots) : NULL;
    return !kept || self->slots;
}

static void end_sketch(Sketch *self) {
    free(self->slots);
    free(self->frequent);
}
