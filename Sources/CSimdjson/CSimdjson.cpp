#include "CSimdjson.h"

#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "Repair.hpp"
#include <simdjson.h>

using simdjson::dom::element;
using simdjson::dom::element_type;

namespace {

/// A parser above this capacity is not kept for the next body.
constexpr size_t kept_capacity_bytes = 8u << 20;

struct Step {
  enum class Kind { key, index, every, row } kind;
  std::string key;
  size_t index = 0;
};

struct Column {
  std::vector<Step> steps;
  uint32_t level = 0;
  bool numbers = false;
};

/// Steps after the first, for a column that starts with a key of the row itself.
struct Slot {
  std::string key;
  std::vector<uint32_t> columns;
};

uint8_t kind_of(const element &e) {
  switch (e.type()) {
    case element_type::ARRAY: return LANTIAN_CELL_ARRAY;
    case element_type::OBJECT: return LANTIAN_CELL_OBJECT;
    case element_type::INT64:
    case element_type::UINT64: return LANTIAN_CELL_INTEGER;
    case element_type::DOUBLE: return LANTIAN_CELL_NUMBER;
    case element_type::STRING: return LANTIAN_CELL_TEXT;
    case element_type::BOOL: return bool(e) ? LANTIAN_CELL_TRUE : LANTIAN_CELL_FALSE;
    case element_type::NULL_VALUE: return LANTIAN_CELL_NULL;
  }
  return LANTIAN_CELL_ABSENT;
}

/// One step down; false when there is nothing. `duplicate` is set when the key stands more than once.
bool descend(const element &from, const Step &step, element &to, bool &duplicate) {
  if (step.kind == Step::Kind::index) {
    simdjson::dom::array array;
    if (from.get(array) != simdjson::SUCCESS) return false;
    return array.at(step.index).get(to) == simdjson::SUCCESS;
  }
  simdjson::dom::object object;
  if (from.get(object) != simdjson::SUCCESS) return false;
  bool found = false;
  for (const auto field : object) {
    if (field.key != step.key) continue;
    if (found) {
      duplicate = true;
      return true;
    }
    to = field.value;
    found = true;
  }
  return found;
}

}  // namespace

struct lantian_json {
  std::unique_ptr<simdjson::dom::parser> parser;
  element root;
};

struct lantian_json_plan {
  /// Steps up to each `[*]`, and the steps after the last.
  std::vector<std::vector<Step>> segments;
  std::vector<Column> columns;
  std::vector<Slot> slots;
  /// Columns that the pass over a row's fields does not fill.
  std::vector<uint32_t> others;
  bool has_numbers = false;
};

namespace {

class Walker {
 public:
  Walker(const lantian_json_plan &plan, lantian_json_sink sink, void *context)
      : plan(plan), sink(sink), context(context), width(plan.columns.size()),
        // A path without `[*]` leads to one row.
        capacity(plan.has_numbers || plan.segments.size() == 1 ? 1 : LANTIAN_JSON_BLOCK_ROWS),
        cells(new lantian_cell[std::max<size_t>(width, 1) * capacity]), rows(new lantian_json_row[capacity]) {
    std::memset(&result, 0, sizeof result);
    std::memset(&where, 0, sizeof where);
  }

  lantian_json_walk run(const element &root) {
    visit(root, 0, 0);
    flush();
    return result;
  }

 private:
  const lantian_json_plan &plan;
  lantian_json_sink sink;
  void *context;
  const size_t width, capacity;
  // Not cleared here: a small body uses few of them, and every row is cleared before it is filled.
  std::unique_ptr<lantian_cell[]> cells;
  std::unique_ptr<lantian_json_row[]> rows;
  size_t filled = 0;
  lantian_json_walk result;
  lantian_json_row where;
  element enclosing[LANTIAN_JSON_MAX_LEVELS + 1];
  std::vector<std::vector<double>> numbers;
  /// What stood at each field of the row before: rows of one feed look alike.
  struct Guess {
    std::string_view key;
    int32_t slot;
  };
  std::vector<Guess> guesses;
  /// How far a column has come in the list that stands beside the rows' own.
  struct Cursor {
    std::optional<simdjson::dom::array::iterator> at, end;
    uint32_t index = 0;
    lantian_json_row outer;
  };
  std::vector<Cursor> cursors;

  /// The element with the number of the row. Rows come in order, so a list is walked once.
  bool beside(const element &from, size_t column, element &to) {
    simdjson::dom::array array;
    const size_t levels = plan.segments.size() - 1;
    if (levels == 0 || from.get(array) != simdjson::SUCCESS) return false;
    if (cursors.empty()) cursors.resize(width);
    Cursor &cursor = cursors[column];
    const uint32_t index = where.index[levels - 1];
    const bool same = cursor.at && cursor.index <= index &&
        std::memcmp(cursor.outer.index, where.index, (levels - 1) * sizeof where.index[0]) == 0;
    if (!same) {
      cursor.at = array.begin();
      cursor.end = array.end();
      cursor.index = 0;
      cursor.outer = where;
    }
    while (cursor.index < index && *cursor.at != *cursor.end) {
      ++*cursor.at;
      cursor.index++;
    }
    if (!(*cursor.at != *cursor.end)) return false;
    to = **cursor.at;
    return true;
  }

  void visit(const element &from, size_t segment, uint32_t steps_before) {
    enclosing[segment] = from;
    element here = from;
    uint32_t done = steps_before;
    for (const Step &step : plan.segments[segment]) {
      element next;
      bool duplicate = false;
      if (!descend(here, step, next, duplicate) || duplicate) return miss(segment, done, here);
      here = next;
      done++;
    }
    if (segment + 1 == plan.segments.size()) return row(here);
    simdjson::dom::array array;
    if (here.get(array) != simdjson::SUCCESS) return miss(segment, done, here);
    uint32_t index = 0;
    for (const element item : array) {
      where.index[segment] = index++;
      visit(item, segment + 1, done + 1);
    }
  }

  void miss(size_t segment, uint32_t done, const element &here) {
    if (segment == 0) {
      result.status = done + 1;
      result.found_kind = kind_of(here);
      return;
    }
    if (result.misses++ == 0) {
      result.first_miss = where;
      result.first_miss.kind = kind_of(here);
      result.first_miss_levels = uint32_t(segment);
    }
  }

  void row(const element &e) {
    lantian_cell *line = cells.get() + filled * width;
    std::memset(static_cast<void *>(line), 0, width * sizeof(lantian_cell));
    rows[filled] = where;
    rows[filled].kind = kind_of(e);
    if (plan.has_numbers) numbers.clear(), numbers.reserve(width);
    simdjson::dom::object object;
    if (!plan.slots.empty() && e.get(object) == simdjson::SUCCESS) fields(object, line);
    for (const uint32_t c : plan.others) {
      const Column &column = plan.columns[c];
      fill(column.level == 0 ? e : enclosing[outward(column.level)], column, 0, line[c]);
    }
    result.rows++;
    if (++filled == capacity) flush();
  }

  /// The segment whose start encloses the row `level` times.
  size_t outward(uint32_t level) const {
    const size_t innermost = plan.segments.size() - (plan.segments.back().empty() ? 1 : 0);
    return innermost >= level ? innermost - level : 0;
  }

  void fields(const simdjson::dom::object &object, lantian_cell *line) {
    size_t position = 0;
    for (const auto field : object) {
      const int32_t slot = slot_of(field.key, position++);
      if (slot < 0) continue;
      for (const uint32_t c : plan.slots[slot].columns) {
        if (line[c].kind != LANTIAN_CELL_ABSENT) {
          line[c].kind = LANTIAN_CELL_DUPLICATE;
        } else {
          fill(field.value, plan.columns[c], 1, line[c]);
        }
      }
    }
  }

  int32_t slot_of(std::string_view key, size_t position) {
    if (position < guesses.size() && guesses[position].key == key) return guesses[position].slot;
    int32_t slot = -1;
    for (size_t s = 0; s < plan.slots.size(); s++) {
      if (plan.slots[s].key == key) {
        slot = int32_t(s);
        break;
      }
    }
    if (position < guesses.size()) {
      guesses[position] = {key, slot};
    } else if (position < 256) {
      guesses.resize(position + 1, Guess{std::string_view(), -1});
      guesses[position] = {key, slot};
    }
    return slot;
  }

  void fill(const element &base, const Column &column, size_t first, lantian_cell &cell) {
    element here = base;
    for (size_t s = first; s < column.steps.size(); s++) {
      element next;
      bool duplicate = false;
      if (column.steps[s].kind == Step::Kind::row) {
        if (!beside(here, size_t(&column - plan.columns.data()), next)) return;
      } else if (!descend(here, column.steps[s], next, duplicate)) {
        return;
      }
      if (duplicate) {
        cell.kind = LANTIAN_CELL_DUPLICATE;
        return;
      }
      here = next;
    }
    store(here, column.numbers, cell);
  }

  void store(const element &e, bool collect, lantian_cell &cell) {
    switch (e.type()) {
      case element_type::INT64:
        cell.kind = LANTIAN_CELL_INTEGER;
        cell.integer = int64_t(e);
        return;
      case element_type::UINT64:
        cell.kind = LANTIAN_CELL_NUMBER;
        cell.number = double(uint64_t(e));
        return;
      case element_type::DOUBLE:
        cell.kind = LANTIAN_CELL_NUMBER;
        cell.number = double(e);
        return;
      case element_type::STRING: {
        const std::string_view text(e);
        cell.kind = LANTIAN_CELL_TEXT;
        cell.length = uint32_t(text.size());
        cell.text = reinterpret_cast<const uint8_t *>(text.data());
        return;
      }
      case element_type::ARRAY:
        if (collect) return gather(e, cell);
        cell.kind = LANTIAN_CELL_ARRAY;
        return;
      default:
        cell.kind = kind_of(e);
    }
  }

  void gather(const element &e, lantian_cell &cell) {
    std::vector<double> list;
    size_t total = 0;
    for (const element item : simdjson::dom::array(e)) {
      if (++total > LANTIAN_JSON_MAX_NUMBERS) continue;
      double value = std::numeric_limits<double>::quiet_NaN();
      if (item.is_number()) (void)item.get(value);
      list.push_back(value);
    }
    cell.length = uint32_t(std::min<size_t>(total, UINT32_MAX));
    if (total > LANTIAN_JSON_MAX_NUMBERS) {
      cell.kind = LANTIAN_CELL_TOO_LONG;
      return;
    }
    numbers.push_back(std::move(list));
    cell.kind = LANTIAN_CELL_NUMBERS;
    cell.numbers = numbers.back().data();
  }

  void flush() {
    if (filled == 0) return;
    sink(context, cells.get(), rows.get(), filled);
    filled = 0;
  }
};

std::vector<Step> steps_of(const lantian_json_step *steps, size_t count) {
  std::vector<Step> list;
  for (size_t s = 0; s < count; s++) {
    Step step;
    if (steps[s].every == LANTIAN_JSON_ROW) {
      step.kind = Step::Kind::row;
    } else if (steps[s].every) {
      step.kind = Step::Kind::every;
    } else if (steps[s].key != nullptr) {
      step.kind = Step::Kind::key;
      step.key.assign(reinterpret_cast<const char *>(steps[s].key), steps[s].key_length);
    } else {
      step.kind = Step::Kind::index;
      step.index = size_t(steps[s].index);
    }
    list.push_back(std::move(step));
  }
  return list;
}

/// Parsers are dear to set up beside a body of 600 bytes: one rests per thread between bodies. It holds no result.
std::unique_ptr<simdjson::dom::parser> &resting() {
  thread_local std::unique_ptr<simdjson::dom::parser> parser;
  return parser;
}

lantian_json *parse(const uint8_t *bytes, size_t length, lantian_json_fault *fault) {
  auto document = std::make_unique<lantian_json>();
  document->parser = std::move(resting());
  if (document->parser == nullptr) document->parser = std::make_unique<simdjson::dom::parser>();
  if (document->parser->capacity() < length &&
      document->parser->allocate(std::max<size_t>(length, 4096), LANTIAN_JSON_MAX_DEPTH) != simdjson::SUCCESS) {
    lantian::set_fault(fault, LANTIAN_JSON_MEMORY, 0, "no memory for the body", "$");
    return nullptr;
  }
  // The copy that simdjson makes is the padded one.
  auto error = document->parser->parse(bytes, length, true).get(document->root);
  if (error == simdjson::SUCCESS) return document.release();
  if (error == simdjson::MEMALLOC || error == simdjson::CAPACITY) {
    lantian::set_fault(fault, LANTIAN_JSON_MEMORY, 0, "no memory for the body", "$");
    return nullptr;
  }
  const size_t invalid = lantian::first_invalid_utf8(bytes, length);
  if (invalid != length) {
    lantian::set_fault(fault, LANTIAN_JSON_ENCODING, invalid, "the bytes are not UTF-8", "$");
    return nullptr;
  }
  std::string repaired;
  if (!lantian::repair(bytes, length, repaired, fault)) return nullptr;
  document->parser = std::make_unique<simdjson::dom::parser>();
  if (document->parser->allocate(std::max<size_t>(repaired.size(), 1024), LANTIAN_JSON_MAX_DEPTH) == simdjson::SUCCESS) {
    error = document->parser->parse(repaired.data(), repaired.size(), true).get(document->root);
    if (error == simdjson::SUCCESS) return document.release();
  }
  if (fault->code == LANTIAN_JSON_OK) {
    lantian::set_fault(fault, LANTIAN_JSON_SYNTAX, 0, simdjson::error_message(error), "$");
  }
  return nullptr;
}

}  // namespace

extern "C" {

lantian_json *lantian_json_parse(const uint8_t *bytes, size_t length, lantian_json_fault *fault) {
  std::memset(fault, 0, sizeof *fault);
  try {
    return parse(bytes, length, fault);
  } catch (...) {
    lantian::set_fault(fault, LANTIAN_JSON_MEMORY, 0, "no memory for the body", "$");
    return nullptr;
  }
}

void lantian_json_free(lantian_json *document) {
  if (document == nullptr) return;
  if (document->parser != nullptr && document->parser->capacity() <= kept_capacity_bytes) {
    resting() = std::move(document->parser);
  }
  delete document;
}

uint8_t lantian_json_root_kind(const lantian_json *document) { return kind_of(document->root); }

lantian_json_plan *lantian_json_plan_create(
    const lantian_json_step *rows, size_t row_steps, const lantian_json_column *columns, size_t column_count) {
  if (column_count > LANTIAN_JSON_MAX_COLUMNS) return nullptr;
  try {
    auto plan = std::make_unique<lantian_json_plan>();
    plan->segments.emplace_back();
    for (Step &step : steps_of(rows, row_steps)) {
      if (step.kind == Step::Kind::every) {
        plan->segments.emplace_back();
      } else {
        plan->segments.back().push_back(std::move(step));
      }
    }
    if (plan->segments.size() > LANTIAN_JSON_MAX_LEVELS + 1) return nullptr;
    for (size_t c = 0; c < column_count; c++) {
      Column column;
      column.steps = steps_of(columns[c].steps, columns[c].step_count);
      column.level = columns[c].level;
      column.numbers = columns[c].numbers != 0;
      plan->has_numbers |= column.numbers;
      if (column.level > 0 || column.steps.empty() || column.steps[0].kind != Step::Kind::key) {
        plan->others.push_back(uint32_t(c));
      } else {
        size_t s = 0;
        while (s < plan->slots.size() && plan->slots[s].key != column.steps[0].key) s++;
        if (s == plan->slots.size()) plan->slots.push_back(Slot{column.steps[0].key, {}});
        plan->slots[s].columns.push_back(uint32_t(c));
      }
      plan->columns.push_back(std::move(column));
    }
    return plan.release();
  } catch (...) {
    return nullptr;
  }
}

void lantian_json_plan_free(lantian_json_plan *plan) { delete plan; }

lantian_json_walk lantian_json_rows(
    const lantian_json *document, const lantian_json_plan *plan, lantian_json_sink sink, void *context) {
  try {
    return Walker(*plan, sink, context).run(document->root);
  } catch (...) {
    lantian_json_walk nothing;
    std::memset(&nothing, 0, sizeof nothing);
    nothing.status = UINT32_MAX;
    return nothing;
  }
}

size_t lantian_first_invalid_utf8(const uint8_t *bytes, size_t length) {
  if (simdjson::validate_utf8(reinterpret_cast<const char *>(bytes), length)) return length;
  return lantian::first_invalid_utf8(bytes, length);
}

}  // extern "C"
