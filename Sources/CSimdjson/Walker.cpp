#include "Walker.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>

using simdjson::dom::element;
using simdjson::dom::element_type;

namespace lantian {

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

namespace {

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
  /// Elements entered so far, and which of them each of `enclosing` is.
  uint64_t entered = 0;
  uint64_t entrance[LANTIAN_JSON_MAX_LEVELS + 1] = {};
  /// What a column holds in what encloses the row. Found once an element, not once a row: an element of many fields and
  /// many rows would else be searched for every one of them.
  struct Outer {
    /// The element that it holds for, by its number.
    uint64_t entrance = 0;
    /// Whether the fixed steps led to `at`.
    bool found = false;
    element at;
    lantian_cell cell;
    std::vector<double> numbers;
  };
  std::vector<Outer> outers;
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
    entrance[segment] = ++entered;
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
      if (plan.columns[c].level == 0) {
        fill(e, c, 0, line[c]);
      } else {
        outer(c, line[c]);
      }
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
          fill(field.value, c, 1, line[c]);
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

  /// A column of what encloses the row.
  void outer(uint32_t c, lantian_cell &cell) {
    const Column &column = plan.columns[c];
    const size_t segment = outward(column.level);
    const bool whole = column.fixed_steps == column.steps.size();
    if (outers.empty()) outers.resize(width);
    Outer &known = outers[c];
    if (known.entrance != entrance[segment]) {
      known.entrance = entrance[segment];
      std::memset(static_cast<void *>(&known.cell), 0, sizeof known.cell);
      known.at = enclosing[segment];
      known.found = follow(c, 0, column.fixed_steps, known.at, known.cell);
      if (known.found && whole) store(known.at, column.numbers ? &known.numbers : nullptr, known.cell);
    }
    if (!known.found || whole) {
      cell = known.cell;
    } else {
      fill(known.at, c, column.fixed_steps, cell);
    }
  }

  /// What the steps of a column from `first` on lead to.
  void fill(const element &base, uint32_t c, size_t first, lantian_cell &cell) {
    const Column &column = plan.columns[c];
    element here = base;
    if (!follow(c, first, column.steps.size(), here, cell)) return;
    if (column.numbers) numbers.emplace_back();
    store(here, column.numbers ? &numbers.back() : nullptr, cell);
  }

  /// Goes the steps from `first` up to `last` of a column; false when they lead nowhere. `cell` says so when that is for
  /// a key that stands twice.
  bool follow(uint32_t c, size_t first, size_t last, element &here, lantian_cell &cell) {
    const std::vector<Step> &steps = plan.columns[c].steps;
    for (size_t s = first; s < last; s++) {
      element next;
      bool duplicate = false;
      if (steps[s].kind == Step::Kind::row) {
        if (!beside(here, c, next)) return false;
      } else if (!descend(here, steps[s], next, duplicate)) {
        return false;
      }
      if (duplicate) {
        cell.kind = LANTIAN_CELL_DUPLICATE;
        return false;
      }
      here = next;
    }
    return true;
  }

  /// Numbers of an array are gathered into `list`, where there is one.
  void store(const element &e, std::vector<double> *list, lantian_cell &cell) {
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
        if (list != nullptr) return gather(e, *list, cell);
        cell.kind = LANTIAN_CELL_ARRAY;
        return;
      default:
        cell.kind = kind_of(e);
    }
  }

  void gather(const element &e, std::vector<double> &list, lantian_cell &cell) {
    list.clear();
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
    cell.kind = LANTIAN_CELL_NUMBERS;
    cell.numbers = list.data();
  }

  void flush() {
    if (filled == 0) return;
    sink(context, cells.get(), rows.get(), filled);
    filled = 0;
  }
};

}  // namespace

lantian_json_walk walk(
    const element &root, const lantian_json_plan &plan, lantian_json_sink sink, void *context) {
  return Walker(plan, sink, context).run(root);
}

}  // namespace lantian
