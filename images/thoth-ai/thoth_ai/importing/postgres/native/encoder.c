/* Rows of a SQLite query as binary COPY of PostgreSQL.

   The same as python_encoder.py, value for value; the tests hold the two against each other.
   A call of chunk() works without the interpreter's lock, so that tables load side by side.
   What does not fit its column's kind goes out as NULL and is kept, with its bytes and its row's
   key, until the caller asks for it. */

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030b0000
#include <Python.h>
#include <sqlite3.h>

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "decimal.h"
#include "hash.h"
#include "sketch.h"
#include "texts.h"

#define EXACT 9007199254740992LL
#define MOST_MISFIT_BYTES (1 << 20)

enum kind { BIGINT = 'i', DOUBLE = 'f', NUMERIC = 'n', BOOLEAN = 'b',
            DATE = 'd', TIMESTAMP = 't', TEXT = 's', BYTEA = 'y' };

typedef struct {
    char kind;
    int64_t nulls, misfits, classes[6]; /* by SQLite's numbers: 1 integer … 5 null */
    uint64_t hash;
    Sketch sketch;
} Column;

typedef struct {
    PyObject_HEAD
    sqlite3 *database;
    sqlite3_stmt *statement;
    Column *columns;
    int count, fields, *keys, key_count, busy, begun, ended;
    int64_t rows, misfit_count;
    Buffer out, misfits;
    PyThreadState *released;
} Encoder;

/* --- Numbers as decimals --- */

/* Python's shortest text of a double; it needs the interpreter for a moment. */
static int shortest(Encoder *self, double value, char *text, size_t room) {
    PyEval_RestoreThread(self->released);
    PyObject *number = PyFloat_FromDouble(value);
    PyObject *shown = number ? PyObject_Repr(number) : NULL;
    Py_ssize_t size = 0;
    const char *bytes = shown ? PyUnicode_AsUTF8AndSize(shown, &size) : NULL;
    int fits = bytes && (size_t)size < room;
    if (fits) memcpy(text, bytes, (size_t)size + 1);
    else PyErr_Clear();
    Py_XDECREF(shown);
    Py_XDECREF(number);
    self->released = PyEval_SaveThread();
    return fits;
}

static int decimal(Encoder *self, double value, char *plain) {
    char text[64];
    if (isinf(value)) return strcpy(plain, value > 0 ? "Infinity" : "-Infinity"), 1;
    if (few_decimals(value, plain, LONGEST_DECIMAL)) return 1;
    if (!shortest(self, value, text, sizeof text)) return 0;
    spread(text, plain);
    return 1;
}

/* --- Values by kind; each says whether the value fits, and has written it if so. --- */

static enum reason put_long(Encoder *self, Column *column, int64_t value, uint64_t shown, int width) {
    uint64_t hash = hash_int8(value);
    column->hash += hash;
    return note_long(&column->sketch, hash, value) && append_number(&self->out, (uint64_t)width, 4) && append_number(&self->out, shown, width) ? FITS : NO_MEMORY;
}

static enum reason put_double(Encoder *self, Column *column, double value) {
    uint64_t bits;
    memcpy(&bits, &value, 8);
    uint64_t hash = value == 0 ? 0 : hash_bytes((unsigned char *)&bits, 8);
    column->hash += hash;
    return note_double(&column->sketch, hash, value) && append_number(&self->out, 8, 4) && append_number(&self->out, bits, 8) ? FITS : NO_MEMORY;
}

static enum reason put_text(Encoder *self, Column *column, const unsigned char *text, size_t size) {
    uint64_t hash = hash_bytes(text, size);
    column->hash += hash;
    return note(&column->sketch, hash, text, size) && append_sized(&self->out, text, size) ? FITS : NO_MEMORY;
}

static enum reason put_numeric(Encoder *self, Column *column, int at, int class) {
    char plain[LONGEST_DECIMAL];
    if (class == SQLITE_INTEGER)
        snprintf(plain, sizeof plain, "%lld", (long long)sqlite3_column_int64(self->statement, at));
    else if (class != SQLITE_FLOAT)
        return NOT_OF_KIND;
    else if (!decimal(self, sqlite3_column_double(self->statement, at), plain))
        return NO_MEMORY;
    if (plain[0] == '-' && plain[1] == '0' && !plain[2]) strcpy(plain, "0");
    uint64_t hash = hash_bytes((unsigned char *)plain, strlen(plain));
    column->hash += hash;
    return note_double(&column->sketch, hash, sqlite3_column_double(self->statement, at)) && append_numeric(&self->out, plain) ? FITS : NO_MEMORY;
}

static enum reason put_as_text(Encoder *self, Column *column, int at, int class) {
    char shown[64];
    if (class == SQLITE_BLOB) return NOT_OF_KIND;
    if (class == SQLITE_INTEGER)
        snprintf(shown, sizeof shown, "%lld", (long long)sqlite3_column_int64(self->statement, at));
    else if (class == SQLITE_FLOAT) {
        if (!shortest(self, sqlite3_column_double(self->statement, at), shown, sizeof shown)) return NO_MEMORY;
    } else {
        const unsigned char *text = sqlite3_column_text(self->statement, at);
        if (!text) return NO_MEMORY;
        size_t size = (size_t)sqlite3_column_bytes(self->statement, at);
        enum reason found = text_fits(text, size);
        return found ? found : put_text(self, column, text, size);
    }
    return put_text(self, column, (unsigned char *)shown, strlen(shown));
}

static enum reason put_bytes(Encoder *self, Column *column, int at) {
    static const char hexadecimal[] = "0123456789abcdef";
    const unsigned char *bytes = sqlite3_column_blob(self->statement, at);
    size_t size = (size_t)sqlite3_column_bytes(self->statement, at);
    if (size && !bytes) return NO_MEMORY;
    char *shown = malloc(2 * size + 1);
    if (!shown) return NO_MEMORY;
    for (size_t byte = 0; byte < size; byte++) {
        shown[2 * byte] = hexadecimal[bytes[byte] >> 4];
        shown[2 * byte + 1] = hexadecimal[bytes[byte] & 15];
    }
    uint64_t hash = hash_bytes((unsigned char *)shown, 2 * size);
    column->hash += hash;
    free(shown);
    return note(&column->sketch, hash, size ? bytes : (const unsigned char *)"", size) && append_sized(&self->out, bytes, size) ? FITS : NO_MEMORY;
}

static enum reason put_day(Encoder *self, Column *column, int at) {
    const unsigned char *text = sqlite3_column_text(self->statement, at);
    size_t size = (size_t)sqlite3_column_bytes(self->statement, at);
    int32_t day;
    int64_t time;
    if (!text) return NO_MEMORY;
    if (column->kind == DATE)
        return size == 10 && days(text, size, &day) ? put_long(self, column, day, (uint32_t)day, 4) : NOT_OF_KIND;
    return moment(text, size, &time) ? put_long(self, column, time, (uint64_t)time, 8) : NOT_OF_KIND;
}

static enum reason put_integer(Encoder *self, Column *column, int64_t value) {
    switch (column->kind) {
    case BIGINT: return put_long(self, column, value, (uint64_t)value, 8);
    case BOOLEAN: return value == 0 || value == 1 ? put_long(self, column, value, (uint64_t)value, 1) : NOT_OF_KIND;
    case DOUBLE: return value > EXACT || value < -EXACT ? INEXACT : put_double(self, column, (double)value);
    default: return NOT_OF_KIND;
    }
}

static enum reason put(Encoder *self, Column *column, int at, int class) {
    if (column->kind == TEXT) return put_as_text(self, column, at, class);
    if (column->kind == NUMERIC) return put_numeric(self, column, at, class);
    switch (class) {
    case SQLITE_INTEGER: return put_integer(self, column, sqlite3_column_int64(self->statement, at));
    case SQLITE_FLOAT: return column->kind == DOUBLE ? put_double(self, column, sqlite3_column_double(self->statement, at)) : NOT_OF_KIND;
    case SQLITE_BLOB: return column->kind == BYTEA ? put_bytes(self, column, at) : NOT_OF_KIND;
    default: return column->kind == DATE || column->kind == TIMESTAMP ? put_day(self, column, at) : NOT_OF_KIND;
    }
}

/* --- Misfits: column, reason, value, then the values of the row's key, one after the other. --- */

static int keep_value(Encoder *self, int at) {
    Buffer *kept = &self->misfits;
    int class = sqlite3_column_type(self->statement, at);
    if (!append_number(kept, (uint64_t)class, 1)) return 0;
    if (class == SQLITE_INTEGER) {
        return append_number(kept, 8, 4) && append_number(kept, (uint64_t)sqlite3_column_int64(self->statement, at), 8);
    }
    if (class == SQLITE_FLOAT) {
        double value = sqlite3_column_double(self->statement, at);
        uint64_t bits;
        memcpy(&bits, &value, 8);
        return append_number(kept, 8, 4) && append_number(kept, bits, 8);
    }
    const void *bytes = class == SQLITE_TEXT ? (const void *)sqlite3_column_text(self->statement, at) : sqlite3_column_blob(self->statement, at);
    return append_sized(kept, bytes, (size_t)sqlite3_column_bytes(self->statement, at));
}

static int keep_misfit(Encoder *self, int at, enum reason reason) {
    self->columns[at].misfits++;
    self->misfit_count++;
    if (!append_number(&self->misfits, (uint64_t)at, 4) || !append_number(&self->misfits, reason, 1) || !keep_value(self, at)) return 0;
    for (int key = 0; key < self->key_count; key++)
        if (!keep_value(self, self->keys[key])) return 0;
    return 1;
}

/* A type is asked for before any conversion, so a key's is asked for after its column was sent. */
static int encode_row(Encoder *self) {
    if (!append_number(&self->out, (uint64_t)self->count, 2)) return 0;
    for (int at = 0; at < self->count; at++) {
        Column *column = &self->columns[at];
        int class = sqlite3_column_type(self->statement, at);
        column->classes[class]++;
        enum reason reason = FITS;
        if (class == SQLITE_NULL) column->nulls++;
        else {
            reason = put(self, column, at, class);
            if (reason == FITS) continue;
            if (reason == NO_MEMORY || !keep_misfit(self, at, reason)) return 0;
        }
        if (!append_number(&self->out, 0xffffffff, 4)) return 0;
    }
    return 1;
}

/* Returns SQLITE_ROW when there may be more, SQLITE_DONE at the end, else what went wrong. */
static int encode(Encoder *self, size_t wanted) {
    while (self->out.size < wanted && self->misfits.size < MOST_MISFIT_BYTES) {
        int status = sqlite3_step(self->statement);
        if (status != SQLITE_ROW) return status;
        if (!encode_row(self)) return SQLITE_NOMEM;
        self->rows++;
    }
    return SQLITE_ROW;
}

/* --- What Python sees --- */

static PyObject *failed(Encoder *self, int status) {
    if (status == SQLITE_NOMEM) return PyErr_NoMemory();
    PyObject *module = PyImport_ImportModule("sqlite3");
    PyObject *error = module ? PyObject_GetAttrString(module, "DatabaseError") : NULL;
    if (error) PyErr_SetString(error, self->database ? sqlite3_errmsg(self->database) : sqlite3_errstr(status));
    Py_XDECREF(error);
    Py_XDECREF(module);
    return NULL;
}

static PyObject *encoder_chunk(Encoder *self, PyObject *arguments) {
    static const char head[19] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0";
    Py_ssize_t wanted;
    if (!PyArg_ParseTuple(arguments, "n", &wanted)) return NULL;
    if (self->busy || !self->statement) {
        PyErr_SetString(PyExc_ValueError, self->busy ? "another thread uses it" : "it is closed");
        return NULL;
    }
    if (self->ended) return PyBytes_FromStringAndSize("", 0);
    self->busy = 1;
    self->out.size = 0;
    int status = SQLITE_NOMEM;
    self->released = PyEval_SaveThread();
    if (self->begun || append(&self->out, head, sizeof head)) {
        self->begun = 1;
        status = encode(self, (size_t)wanted);
        if (status == SQLITE_DONE && !append_number(&self->out, 0xffff, 2)) status = SQLITE_NOMEM;
    }
    PyEval_RestoreThread(self->released);
    self->busy = 0;
    if (status != SQLITE_ROW && status != SQLITE_DONE) return failed(self, status);
    self->ended = status == SQLITE_DONE;
    return PyBytes_FromStringAndSize(self->out.bytes, (Py_ssize_t)self->out.size);
}

static uint64_t taken(const char **at, int width) {
    uint64_t value = 0;
    for (int byte = 0; byte < width; byte++) value = value << 8 | (unsigned char)(*at)[byte];
    *at += width;
    return value;
}

static PyObject *taken_value(const char **at) {
    int class = (int)taken(at, 1);
    Py_ssize_t size = (Py_ssize_t)taken(at, 4);
    const char *bytes = *at;
    *at += size;
    return Py_BuildValue("(iy#)", class, bytes, size);
}

static PyObject *taken_misfit(Encoder *self, const char **at) {
    int column = (int)taken(at, 4), reason = (int)taken(at, 1);
    PyObject *value = taken_value(at);
    PyObject *key = PyTuple_New(self->key_count);
    for (int part = 0; key && part < self->key_count; part++) {
        PyObject *one = taken_value(at);
        if (!one || PyTuple_SetItem(key, part, one)) Py_CLEAR(key);
    }
    return value && key ? Py_BuildValue("(iiNN)", column, reason, value, key) : NULL;
}

static PyObject *encoder_misfits(Encoder *self, PyObject *Py_UNUSED(nothing)) {
    PyObject *found = PyList_New(0);
    const char *at = self->misfits.bytes;
    const char *end = at + self->misfits.size;
    while (found && at < end) {
        PyObject *one = taken_misfit(self, &at);
        if (!one || PyList_Append(found, one)) Py_CLEAR(found);
        Py_XDECREF(one);
    }
    self->misfits.size = 0;
    return found;
}

static PyObject *encoder_totals(Encoder *self, PyObject *Py_UNUSED(nothing)) {
    PyObject *found = PyList_New(self->count);
    for (int at = 0; found && at < self->count; at++) {
        Column *one = &self->columns[at];
        PyObject *totals = Py_BuildValue("(LLK(LLLL))", (long long)one->nulls, (long long)one->misfits,
            (unsigned long long)one->hash, (long long)one->classes[1], (long long)one->classes[2],
            (long long)one->classes[3], (long long)one->classes[4]);
        if (!totals || PyList_SetItem(found, at, totals)) Py_CLEAR(found);
    }
    return found;
}

static PyObject *noted(const Seen *slots, int room) {
    PyObject *found = PyList_New(0);
    for (int at = 0; found && at < room; at++) {
        const Seen *one = &slots[at];
        if (!one->count) continue;
        PyObject *seen = Py_BuildValue("(KLy#)", (unsigned long long)one->hash, (long long)one->count,
            (const char *)one->bytes, (Py_ssize_t)one->size);
        if (!seen || PyList_Append(found, seen)) Py_CLEAR(found);
        Py_XDECREF(seen);
    }
    return found;
}

/* After the first that were let go, as many as are to be kept, whenever this is asked. */
static PyObject *sketched(Sketch *one) {
    sort_kept(one);
    int count = one->frequent ? one->kept : one->used;
    uint64_t limit = one->frequent ? one->slots[one->kept - 1].hash : UINT64_MAX;
    PyObject *kept = noted(one->slots, count), *frequent = noted(one->frequent, one->frequent ? FREQUENT : 0);
    PyObject *low = PyBytes_FromStringAndSize((char *)one->low.bytes, one->low.size);
    PyObject *high = PyBytes_FromStringAndSize((char *)one->high.bytes, one->high.size);
    if (kept && frequent && low && high && resized(one, one->room))
        return Py_BuildValue("(LKNNLKNN)", (long long)one->values, (unsigned long long)limit, low, high,
            (long long)one->total, (unsigned long long)one->longest, kept, frequent);
    Py_XDECREF(kept);
    Py_XDECREF(frequent);
    Py_XDECREF(low);
    Py_XDECREF(high);
    return PyErr_NoMemory();
}

static PyObject *encoder_sketches(Encoder *self, PyObject *Py_UNUSED(nothing)) {
    PyObject *found = PyList_New(0);
    for (int at = 0; found && at < self->count; at++) {
        if (!self->columns[at].sketch.kept) continue;
        PyObject *one = sketched(&self->columns[at].sketch);
        if (!one || PyList_Append(found, one)) Py_CLEAR(found);
        Py_XDECREF(one);
    }
    return found;
}

static PyObject *encoder_rows(Encoder *self, void *Py_UNUSED(nothing)) {
    return PyLong_FromLongLong(self->rows);
}

static PyObject *encoder_close(Encoder *self, PyObject *Py_UNUSED(nothing)) {
    if (self->busy) {
        PyErr_SetString(PyExc_ValueError, "another thread uses it");
        return NULL;
    }
    sqlite3_finalize(self->statement);
    sqlite3_close(self->database);
    self->statement = NULL;
    self->database = NULL;
    Py_RETURN_NONE;
}

static void encoder_free(Encoder *self) {
    PyTypeObject *type = Py_TYPE((PyObject *)self);
    sqlite3_finalize(self->statement);
    sqlite3_close(self->database);
    for (int at = 0; self->columns && at < self->count; at++) end_sketch(&self->columns[at].sketch);
    free(self->columns);
    free(self->keys);
    free(self->out.bytes);
    free(self->misfits.bytes);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(self);
    Py_DECREF(type);
}

static int opened(Encoder *self, const char *place, const char *query) {
    int status = sqlite3_open_v2(place, &self->database, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
    if (status == SQLITE_OK)
        status = sqlite3_exec(self->database, "PRAGMA trusted_schema=OFF; PRAGMA mmap_size=0; PRAGMA cell_size_check=ON", NULL, NULL, NULL);
    if (status == SQLITE_OK) status = sqlite3_prepare_v2(self->database, query, -1, &self->statement, NULL);
    if (status != SQLITE_OK) failed(self, status);
    return status == SQLITE_OK;
}

static int remember_keys(Encoder *self, PyObject *keys) {
    Py_ssize_t count = PyTuple_Size(keys);
    if (count < 0) return 0;
    self->key_count = (int)count;
    self->keys = calloc((size_t)count + 1, sizeof *self->keys);
    if (!self->keys) return PyErr_NoMemory(), 0;
    for (Py_ssize_t at = 0; at < count; at++) {
        long key = PyLong_AsLong(PyTuple_GetItem(keys, at));
        if (PyErr_Occurred()) return 0;
        if (key < 0 || key >= self->fields) return PyErr_SetString(PyExc_ValueError, "no such key"), 0;
        self->keys[at] = (int)key;
    }
    return 1;
}

static int encoder_init(Encoder *self, PyObject *arguments, PyObject *Py_UNUSED(named)) {
    const char *place, *query, *kinds;
    Py_ssize_t count;
    PyObject *keys;
    int kept;
    if (!PyArg_ParseTuple(arguments, "sss#Oi", &place, &query, &kinds, &count, &keys, &kept)) return -1;
    if (kept < 0) return PyErr_SetString(PyExc_ValueError, "less than nothing is to be kept"), -1;
    if (self->database) return PyErr_SetString(PyExc_ValueError, "it is open already"), -1;
    if (!opened(self, place, query)) return -1;
    self->count = (int)count;
    self->fields = sqlite3_column_count(self->statement);
    if (count > self->fields) return PyErr_SetString(PyExc_ValueError, "more kinds than columns"), -1;
    self->columns = calloc((size_t)count + 1, sizeof *self->columns);
    if (!self->columns) return PyErr_NoMemory(), -1;
    for (int at = 0; at < self->count; at++) {
        self->columns[at].kind = kinds[at];
        if (!begin_sketch(&self->columns[at].sketch, kept)) return PyErr_NoMemory(), -1;
    }
    return remember_keys(self, keys) ? 0 : -1;
}

static PyMethodDef methods[] = {
    {"chunk", (PyCFunction)encoder_chunk, METH_VARARGS, "The next bytes; none at the end."},
    {"misfits", (PyCFunction)encoder_misfits, METH_NOARGS, "What did not fit since it was last asked."},
    {"totals", (PyCFunction)encoder_totals, METH_NOARGS, "Nulls, misfits, hash and classes by column."},
    {"sketches", (PyCFunction)encoder_sketches, METH_NOARGS, "What is remembered of every column."},
    {"close", (PyCFunction)encoder_close, METH_NOARGS, "Let go of the file."},
    {NULL, NULL, 0, NULL}};
static PyGetSetDef properties[] = {
    {"rows", (getter)encoder_rows, NULL, "How many rows were read.", NULL},
    {NULL, NULL, NULL, NULL, NULL}};
static PyType_Slot slots[] = {
    {Py_tp_doc, "Rows of a SQLite query as binary COPY."},
    {Py_tp_new, PyType_GenericNew},
    {Py_tp_init, encoder_init},
    {Py_tp_dealloc, encoder_free},
    {Py_tp_methods, methods},
    {Py_tp_getset, properties},
    {0, NULL}};
static PyType_Spec specification = {
    "thoth_ai.importing.postgres._encoder.Encoder", sizeof(Encoder), 0, Py_TPFLAGS_DEFAULT, slots};

static int filled(PyObject *module) {
    PyObject *type = PyType_FromSpec(&specification);
    int status = type ? PyModule_AddObjectRef(module, "Encoder", type) : -1;
    Py_XDECREF(type);
    return status;
}

static PyModuleDef_Slot parts[] = {{Py_mod_exec, filled}, {0, NULL}};
static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_encoder", "Rows of SQLite for COPY.", 0, NULL, parts, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__encoder(void) { return PyModuleDef_Init(&definition); }
