/* Doubles as decimals, and decimals as PostgreSQL's numeric. */

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "buffer.h"

#define LONGEST_DECIMAL 800

/* Most amounts have few decimals: then a division gives the double back, and that is proof. */
static int few_decimals(double value, char *text, size_t room) {
    static const double powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000};
    double size = fabs(value);
    for (int places = 0; places < 7; places++) {
        double whole = nearbyint(size * powers[places]);
        if (whole >= 1e15) return 0;
        if (whole / powers[places] != size) continue;
        int64_t digits = (int64_t)whole, unit = (int64_t)powers[places];
        const char *sign = value < 0 ? "-" : "";
        if (!places) snprintf(text, room, "%s%lld", sign, (long long)digits);
        else snprintf(text, room, "%s%lld.%0*lld", sign, (long long)(digits / unit), places, (long long)(digits % unit));
        return 1;
    }
    return 0;
}

/* Write a text such as -1.25e-07 without its exponent and without zeros at the end. */
static void spread(const char *text, char *plain) {
    char digits[32];
    int count = 0, point = -1, exponent = 0, negative = *text == '-';
    for (const char *at = text + negative; *at; at++) {
        if (*at == '.') point = count;
        else if (*at == 'e') { exponent = (int)strtol(at + 1, NULL, 10); break; }
        else digits[count++] = *at;
    }
    int whole = (point < 0 ? count : point) + exponent;
    while (count > 0 && count > whole && digits[count - 1] == '0') count--;
    char *to = plain;
    if (negative) *to++ = '-';
    if (whole <= 0) *to++ = '0';
    for (int at = 0; at < whole; at++) *to++ = at < count ? digits[at] : '0';
    if (count > whole && count > 0) {
        *to++ = '.';
        for (int at = whole; at < 0; at++) *to++ = '0';
        for (int at = whole < 0 ? 0 : whole; at < count; at++) *to++ = digits[at];
    }
    *to = 0;
}

static int append_numeric(Buffer *out, const char *plain) {
    int negative = *plain == '-';
    const char *start = plain + negative;
    if (*start == 'I')
        return append_number(out, 8, 4) && append_number(out, 0, 4) && append_number(out, negative ? 0xf000 : 0xd000, 2) && append_number(out, 0, 2);
    const char *dot = strchr(start, '.');
    int whole = dot ? (int)(dot - start) : (int)strlen(start);
    int scale = dot ? (int)strlen(dot + 1) : 0;
    int groups = (whole + 3) / 4, all = groups + (scale + 3) / 4;
    uint16_t found[LONGEST_DECIMAL / 4 + 4] = {0};
    for (int at = 0; at < whole; at++) {
        int group = (at + groups * 4 - whole) / 4;
        found[group] = (uint16_t)(found[group] * 10 + start[at] - '0');
    }
    for (int at = 0; at < (scale + 3) / 4 * 4; at++) {
        int group = groups + at / 4;
        found[group] = (uint16_t)(found[group] * 10 + (at < scale ? dot[1 + at] - '0' : 0));
    }
    int first = 0, last = all;
    while (first < last && !found[first]) first++;
    while (last > first && !found[last - 1]) last--;
    int weight = first < last ? groups - 1 - first : 0;
    int sign = negative && first < last ? 0x4000 : 0;
    if (!append_number(out, (uint64_t)(8 + 2 * (last - first)), 4) || !append_number(out, (uint64_t)(last - first), 2)
        || !append_number(out, (uint16_t)weight, 2) || !append_number(out, (uint64_t)sign, 2) || !append_number(out, (uint64_t)scale, 2))
        return 0;
    for (int at = first; at < last; at++)
        if (!append_number(out, found[at], 2)) return 0;
    return 1;
}
