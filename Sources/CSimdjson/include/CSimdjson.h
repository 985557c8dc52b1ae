#ifndef LANTIAN_CSIMDJSON_H
#define LANTIAN_CSIMDJSON_H

// JSON bodies through simdjson, one crossing per block of rows.
//
// A plan names the rows of a body and the columns of a row. `lantian_json_rows` walks a parsed body and hands blocks of
// rows, each a line of fixed-size cells, to a sink. Nothing here throws, and no input is trusted: every body is parsed
// to its end before a row is read. A body that simdjson refuses is read a second time by a tolerant scanner, which
// keeps what stands before the fault (see Repair.hpp).

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
  /// Containers inside containers, in all.
  LANTIAN_JSON_MAX_DEPTH = 128,
  /// `[*]` steps in one row path.
  LANTIAN_JSON_MAX_LEVELS = 4,
  /// Rows handed over at once.
  LANTIAN_JSON_BLOCK_ROWS = 256,
  /// Numbers in one cell of kind NUMBERS.
  LANTIAN_JSON_MAX_NUMBERS = 8192,
  LANTIAN_JSON_MAX_COLUMNS = 64,
};

/// What stands in a cell.
enum {
  LANTIAN_CELL_ABSENT = 0,
  LANTIAN_CELL_NULL = 1,
  LANTIAN_CELL_INTEGER = 2,
  LANTIAN_CELL_NUMBER = 3,
  /// UTF-8, not terminated, `length` bytes; lives as long as the document.
  LANTIAN_CELL_TEXT = 4,
  LANTIAN_CELL_TRUE = 5,
  LANTIAN_CELL_FALSE = 6,
  LANTIAN_CELL_ARRAY = 7,
  LANTIAN_CELL_OBJECT = 8,
  /// The key stands more than once in its object.
  LANTIAN_CELL_DUPLICATE = 9,
  /// `length` doubles, NaN where the element is no number; lives until the sink returns.
  LANTIAN_CELL_NUMBERS = 10,
  /// An array longer than LANTIAN_JSON_MAX_NUMBERS; `length` is its length.
  LANTIAN_CELL_TOO_LONG = 11,
};

typedef struct {
  uint8_t kind;
  uint32_t length;
  union {
    int64_t integer;
    double number;
    const uint8_t *text;
    const double *numbers;
  };
} lantian_cell;

/// Where a row stands: the indices of its `[*]` steps, outermost first, and what it is (a cell kind).
typedef struct {
  uint32_t index[LANTIAN_JSON_MAX_LEVELS];
  uint8_t kind;
} lantian_json_row;

/// What `lantian_json_step.every` says.
enum {
  LANTIAN_JSON_ONE = 0,
  LANTIAN_JSON_EVERY = 1,
  /// The element that has the number of the innermost `[*]`: rows that stand in parallel lists. In columns alone.
  LANTIAN_JSON_ROW = 2,
};

/// One step of a path: a key (`key` not null), an index, every element, or the row's.
typedef struct {
  const uint8_t *key;
  size_t key_length;
  int64_t index;
  uint8_t every;
} lantian_json_step;

/// A column: `steps` from the row (`level` 0) or from what encloses it (1: the element or body that holds the innermost
/// `[*]`, and so on outward).
typedef struct {
  const lantian_json_step *steps;
  size_t step_count;
  uint32_t level;
  /// Collect an array of numbers.
  uint8_t numbers;
} lantian_json_column;

enum {
  LANTIAN_JSON_OK = 0,
  LANTIAN_JSON_ENCODING = 1,
  LANTIAN_JSON_SYNTAX = 2,
  LANTIAN_JSON_TRUNCATED = 3,
  LANTIAN_JSON_TOO_DEEP = 4,
  LANTIAN_JSON_MEMORY = 5,
};

/// Why a body could not be read to its end; terminated strings, cut where too long.
typedef struct {
  int32_t code;
  uint64_t offset;
  char message[120];
  char path[200];
} lantian_json_fault;

/// What a walk found. `status` 0: the row path led to rows (perhaps none); otherwise it ended at step `status - 1`, at a
/// value of `found_kind`. `misses` counts outer elements without the inner part of the path; `first_miss` is the first, known by the
/// outermost `first_miss_levels` of its indices.
typedef struct {
  uint64_t rows;
  uint32_t status;
  uint8_t found_kind;
  uint64_t misses;
  lantian_json_row first_miss;
  uint32_t first_miss_levels;
} lantian_json_walk;

typedef struct lantian_json lantian_json;
typedef struct lantian_json_plan lantian_json_plan;
typedef void (*lantian_json_sink)(void *context, const lantian_cell *cells, const lantian_json_row *rows, size_t count);

/// Parses a body (copied; no padding asked of the caller). Null when nothing can be read, with `fault` set. A document
/// with `fault->code` set holds the rows before the fault.
lantian_json *lantian_json_parse(const uint8_t *bytes, size_t length, lantian_json_fault *fault);
void lantian_json_free(lantian_json *document);
/// The kind of the body's outermost value.
uint8_t lantian_json_root_kind(const lantian_json *document);

/// Null when there are too many columns or levels, or no memory.
lantian_json_plan *lantian_json_plan_create(
    const lantian_json_step *rows, size_t row_steps, const lantian_json_column *columns, size_t column_count);
void lantian_json_plan_free(lantian_json_plan *plan);

lantian_json_walk lantian_json_rows(
    const lantian_json *document, const lantian_json_plan *plan, lantian_json_sink sink, void *context);

/// The offset of the first byte that is not UTF-8, `length` when all are.
size_t lantian_first_invalid_utf8(const uint8_t *bytes, size_t length);

#ifdef __cplusplus
}
#endif
#endif
