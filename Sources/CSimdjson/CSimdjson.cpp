#include "CSimdjson.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "Repair.hpp"
#include "Walker.hpp"
#include <simdjson.h>

using lantian::Column;
using lantian::Slot;
using lantian::Step;
using simdjson::dom::element;

namespace {

/// A parser above this capacity is not kept for the next body.
constexpr size_t kept_capacity_bytes = 8u << 20;

}  // namespace

struct lantian_json {
  std::unique_ptr<simdjson::dom::parser> parser;
  element root;
};

namespace {

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

uint8_t lantian_json_root_kind(const lantian_json *document) { return lantian::kind_of(document->root); }

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
      while (column.fixed_steps < column.steps.size() && column.steps[column.fixed_steps].kind != Step::Kind::row) {
        column.fixed_steps++;
      }
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
    return lantian::walk(document->root, *plan, sink, context);
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
