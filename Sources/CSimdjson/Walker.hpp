#pragma once

// Plans, and the walk over a parsed body that fills cells by one.

#include <cstdint>
#include <string>
#include <vector>

#include "CSimdjson.h"
#include <simdjson.h>

namespace lantian {

/// One step of a path.
struct Step {
  enum class Kind { key, index, every, row } kind;
  std::string key;
  size_t index = 0;
};

/// A column: its steps from the row, or from what encloses the row `level` times.
struct Column {
  std::vector<Step> steps;
  uint32_t level = 0;
  /// Steps before the first `[#]`: they lead to the same place from every row of one enclosing element.
  size_t fixed_steps = 0;
  bool numbers = false;
};

/// Steps after the first, for a column that starts with a key of the row itself.
struct Slot {
  std::string key;
  std::vector<uint32_t> columns;
};

}  // namespace lantian

struct lantian_json_plan {
  /// Steps up to each `[*]`, and the steps after the last.
  std::vector<std::vector<lantian::Step>> segments;
  std::vector<lantian::Column> columns;
  std::vector<lantian::Slot> slots;
  /// Columns that the pass over a row's fields does not fill.
  std::vector<uint32_t> others;
  bool has_numbers = false;
};

namespace lantian {

uint8_t kind_of(const simdjson::dom::element &e);

/// Hands the rows of a body to the sink. Throws when memory runs out.
lantian_json_walk walk(
    const simdjson::dom::element &root, const lantian_json_plan &plan, lantian_json_sink sink, void *context);

}  // namespace lantian
