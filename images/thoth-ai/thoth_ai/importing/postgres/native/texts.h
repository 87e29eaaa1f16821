/* Which texts are UTF-8 as PostgreSQL takes it, and which are dates as SQLite writes them. */

#include <stdint.h>
#include <string.h>

enum reason { FITS, NOT_OF_KIND, INEXACT, HAS_NUL, NOT_UTF8, NO_MEMORY };

static size_t sequence(const unsigned char *text, size_t left) {
    unsigned char first = text[0];
    if (first < 0x80) return 1;
    size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || length > left) return 0;
    unsigned char lowest = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    unsigned char highest = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (text[1] < lowest || text[1] > highest) return 0;
    for (size_t at = 2; at < length; at++)
        if ((text[at] & 0xc0) != 0x80) return 0;
    return length;
}

static enum reason text_fits(const unsigned char *text, size_t size) {
    enum reason found = FITS;
    size_t at = 0;
    while (at < size) {
        while (at + 8 <= size) { /* eight characters of ASCII at once, none of them NUL */
            uint64_t word;
            memcpy(&word, text + at, 8);
            if ((word & 0x8080808080808080ULL) || ((word - 0x0101010101010101ULL) & ~word & 0x8080808080808080ULL)) break;
            at += 8;
        }
        if (at >= size) break;
        size_t length = sequence(text + at, size - at);
        if (!length) return NOT_UTF8;
        if (!text[at]) found = HAS_NUL;
        at += length;
    }
    return found;
}

static int two(const unsigned char *text) {
    if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9') return -1;
    return (text[0] - '0') * 10 + text[1] - '0';
}

static int days(const unsigned char *text, size_t size, int32_t *found) {
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (size < 10 || text[4] != '-' || text[7] != '-') return 0;
    int century = two(text), part = two(text + 2), month = two(text + 5), day = two(text + 8);
    if (century < 0 || part < 0 || month < 1 || month > 12 || day < 1) return 0;
    int year = century * 100 + part;
    int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (year < 1 || day > lengths[month - 1] + (leap && month == 2)) return 0;
    int shifted = month > 2 ? year : year - 1;
    int from_march = (month + 9) % 12;
    *found = 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400
        + (153 * from_march + 2) / 5 + day - 1 - 730425;
    return 1;
}

static int moment(const unsigned char *text, size_t size, int64_t *found) {
    int32_t day;
    if (size != 19 || text[10] != ' ' || text[13] != ':' || text[16] != ':' || !days(text, 10, &day)) return 0;
    int hour = two(text + 11), minute = two(text + 14), second = two(text + 17);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return 0;
    *found = ((int64_t)day * 86400 + hour * 3600 + minute * 60 + second) * 1000000;
    return 1;
}
