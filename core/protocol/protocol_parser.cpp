#include <algorithm>
#include <initializer_list>

#include "base/sha256.h"
#include "base/text.h"
#include "protocol/names.h"
#include "protocol/protocol_check.h"
#include "protocol/protocol_file.h"
#include "protocol/yaml_tree.h"

namespace dosegate::protocol {
namespace {

// Reads the tree into a Protocol. Errors inside are thrown as FileError and leave the room as a
// Result: with some forty fields to read, a check behind each would hide what is read.
struct FileError {
  Error error;
};

class ProtocolReader {
 public:
  explicit ProtocolReader(const std::string& name) : name_(name) {}

  Protocol read(const YamlNode& root) {
    expect_map(root,
               {"protocol", "sources", "context", "structures", "rules", "plan_checks", "margins"});
    Protocol protocol;
    read_head(needed(root, "protocol"), protocol);
    each(needed(root, "sources"), [&](const YamlNode& node) { read_source(node, protocol); });
    each(root.find("context"), [&](const YamlNode& node) { read_context(node, protocol); });
    each(root.find("structures"), [&](const YamlNode& node) { read_structure(node, protocol); });
    each(root.find("rules"), [&](const YamlNode& node) { read_rule(node, protocol); });
    each(root.find("plan_checks"), [&](const YamlNode& node) { read_check(node, protocol); });
    each(root.find("margins"), [&](const YamlNode& node) { read_margin(node, protocol); });
    if (protocol.rules.empty() && protocol.plan_checks.empty() && protocol.margins.empty()) {
      refuse(root, "the protocol has neither rules nor plan checks nor margins");
    }
    return protocol;
  }

 private:
  [[noreturn]] void refuse(const YamlNode& node, std::string text) const {
    throw FileError{yaml_error(name_, node.place, std::move(text)).value()};
  }

  void expect_map(const YamlNode& node, std::initializer_list<std::string_view> known) const {
    if (node.kind != YamlNode::Kind::Map) refuse(node, "expected keys with values here");
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
      if (std::find(known.begin(), known.end(), node.keys[i]) != known.end()) continue;
      std::string list;
      for (const std::string_view key : known)
        list += (list.empty() ? "" : ", ") + std::string(key);
      YamlNode at = node;
      at.place = node.key_places[i];
      refuse(at, "the key '" + node.keys[i] + "' is not known here; known are: " + list);
    }
  }

  const YamlNode& needed(const YamlNode& map, std::string_view key) const {
    const YamlNode* node = map.find(key);
    if (node == nullptr) refuse(map, "the key '" + std::string(key) + "' is missing");
    return *node;
  }

  const std::string& text_of(const YamlNode& node, std::string_view key) const {
    if (node.kind != YamlNode::Kind::Text || node.text.empty()) {
      refuse(node, "the value of '" + std::string(key) + "' must be text, and not empty");
    }
    return node.text;
  }

  std::string text(const YamlNode& map, std::string_view key) const {
    return text_of(needed(map, key), key);
  }

  std::string optional_text(const YamlNode& map, std::string_view key) const {
    const YamlNode* node = map.find(key);
    return node == nullptr ? std::string() : text_of(*node, key);
  }

  double number(const YamlNode& map, std::string_view key) const {
    const YamlNode& node = needed(map, key);
    const std::optional<double> value = parse_number(text_of(node, key));
    if (!value) refuse(node, "the value of '" + std::string(key) + "' must be a number");
    return *value;
  }

  std::string id(const YamlNode& map, std::string_view key) const {
    std::string value = text(map, key);
    if (!is_rule_id(value)) {
      refuse(needed(map, key), "'" + value +
                                   "' is no id; use small letters, digits and hyphens, at "
                                   "most " +
                                   std::to_string(kLongestRuleId));
    }
    return value;
  }

  std::vector<std::string> texts(const YamlNode* list, std::string_view key) const {
    std::vector<std::string> values;
    each(list, [&](const YamlNode& node) { values.push_back(text_of(node, key)); });
    return values;
  }

  template <class Function>
  void each(const YamlNode* list, Function function) const {
    if (list == nullptr) return;
    if (list->kind != YamlNode::Kind::List) refuse(*list, "expected a list here");
    for (const YamlNode& item : list->items) function(item);
  }
  template <class Function>
  void each(const YamlNode& list, Function function) const {
    each(&list, function);
  }

  // The value of a Result, or its error with the place in the file.
  template <class T>
  T checked(Result<T> result, const YamlNode& node) const {
    if (result) {
      if constexpr (std::is_void_v<T>) {
        return;
      } else {
        return std::move(*result);
      }
    }
    Error error = result.error();
    const std::string place = yaml_error(name_, node.place, "").value().where;
    constexpr std::string_view kColumn = "column ";
    if (error.where.starts_with(kColumn)) {
      error.where = place + ", character " + error.where.substr(kColumn.size()) + " of the text";
    } else {
      error.where = place;
    }
    throw FileError{std::move(error)};
  }

  void read_head(const YamlNode& node, Protocol& protocol) const {
    expect_map(node, {"id", "version", "title", "summary", "tumour_alpha_beta_gy"});
    protocol.id = id(node, "id");
    protocol.version = text(node, "version");
    protocol.title = text(node, "title");
    protocol.summary = optional_text(node, "summary");
    protocol.tumour_alpha_beta_gy = number(node, "tumour_alpha_beta_gy");
    checked(check_alpha_beta(protocol.tumour_alpha_beta_gy), needed(node, "tumour_alpha_beta_gy"));
  }

  void read_source(const YamlNode& node, Protocol& protocol) const {
    expect_map(node, {"id", "citation", "doi"});
    Source source{id(node, "id"), text(node, "citation"), optional_text(node, "doi")};
    if (protocol.find_source(source.id) != nullptr) {
      refuse(node, "the source '" + source.id + "' comes twice");
    }
    protocol.sources.push_back(std::move(source));
  }

  void read_context(const YamlNode& node, Protocol& protocol) const {
    expect_map(node, {"key", "minimum", "maximum", "words", "meaning"});
    ContextKey key;
    key.key = text(node, "key");
    if (node.find("minimum") != nullptr) key.minimum = number(node, "minimum");
    if (node.find("maximum") != nullptr) key.maximum = number(node, "maximum");
    key.words = texts(node.find("words"), "words");
    key.meaning = text(node, "meaning");
    checked(check_context_key(key, protocol), node);
    protocol.context.push_back(std::move(key));
  }

  void read_structure(const YamlNode& node, Protocol& protocol) const {
    expect_map(node, {"name", "aliases", "codes", "definition", "alpha_beta_gy", "note"});
    StructureEntry entry;
    entry.name = text(node, "name");
    entry.aliases = texts(node.find("aliases"), "aliases");
    entry.codes = texts(node.find("codes"), "codes");
    if (const YamlNode* definition = node.find("definition")) {
      entry.definition =
          checked(parse_structure_expression(text_of(*definition, "definition")), *definition);
    }
    if (const YamlNode* given = node.find("alpha_beta_gy")) {
      entry.alpha_beta_gy = number(node, "alpha_beta_gy");
      checked(check_alpha_beta(*entry.alpha_beta_gy), *given);
    }
    entry.note = optional_text(node, "note");
    checked(check_structure(entry, protocol), node);
    protocol.structures.push_back(std::move(entry));
  }

  Level read_level(const YamlNode& node) const {
    const std::string value = text(node, "level");
    if (value == "required") return Level::Required;
    if (value == "advisory") return Level::Advisory;
    refuse(needed(node, "level"), "'" + value + "' is no level; write required or advisory");
  }

  Provenance read_provenance(const YamlNode& node, const Protocol& protocol) const {
    Provenance provenance{
        text(node, "source"), text(node, "read"), optional_text(node, "note"), {}};
    if (protocol.find_source(provenance.source) == nullptr) {
      refuse(needed(node, "source"),
             "the source '" + provenance.source + "' is not in the list of sources");
    }
    const std::string mark = text(node, "mark");
    if (mark == "derived") {
      provenance.mark = Mark::Derived;
      if (provenance.note.empty()) {
        refuse(node, "a derived rule needs a 'note' that says how it was derived");
      }
    } else if (mark != "verified") {
      refuse(needed(node, "mark"), "'" + mark + "' is no mark; write verified or derived");
    }
    return provenance;
  }

  std::string new_id(const YamlNode& node, const Protocol& protocol) const {
    std::string value = id(node, "id");
    if (has_rule_or_check(protocol, value)) {
      refuse(needed(node, "id"), "the id '" + value +
                                     "' comes twice; ids of rules, plan checks and "
                                     "margins must differ");
    }
    return value;
  }

  // `guard` stands in the text of `node`.
  void check_keys(const Guard& guard, const YamlNode& node, const Protocol& protocol) const {
    checked(check_guard_keys(guard, protocol), node);
  }

  void read_rule(const YamlNode& node, Protocol& protocol) const {
    expect_map(node, {"id", "label", "level", "text", "source", "read", "note", "mark"});
    ProtocolRule rule;
    rule.id = new_id(node, protocol);
    rule.label = text(node, "label");
    rule.level = read_level(node);
    const YamlNode& rule_node = needed(node, "text");
    rule.rule = checked(parse_rule(text_of(rule_node, "text")), rule_node);
    if (!rule.rule.id.empty() && rule.rule.id != rule.id) {
      refuse(rule_node, "the text has the id '" + rule.rule.id + "' and the rule '" + rule.id +
                            "'; make them the same or leave it out of the text");
    }
    if (rule.rule.guard) check_keys(*rule.rule.guard, rule_node, protocol);
    rule.provenance = read_provenance(node, protocol);
    rule.place = {rule_node.place.line, rule_node.place.column};
    protocol.rules.push_back(std::move(rule));
  }

  void read_check(const YamlNode& node, Protocol& protocol) const {
    expect_map(node, {"id", "label", "level", "check", "when", "source", "read", "note", "mark"});
    PlanCheck check;
    check.id = new_id(node, protocol);
    check.label = text(node, "label");
    check.level = read_level(node);
    const YamlNode& check_node = needed(node, "check");
    check.check = checked(parse_guard(text_of(check_node, "check")), check_node);
    check_keys(check.check, check_node, protocol);
    if (const YamlNode* when = node.find("when")) {
      check.when = checked(parse_guard(text_of(*when, "when")), *when);
      check_keys(*check.when, *when, protocol);
    }
    check.provenance = read_provenance(node, protocol);
    protocol.plan_checks.push_back(std::move(check));
  }

  TargetKind read_target(const YamlNode& node, std::string_view key) const {
    const std::string value = text(node, key);
    for (const TargetKind kind : {TargetKind::Gtv, TargetKind::Ctv, TargetKind::Ptv}) {
      if (value == to_text(kind)) return kind;
    }
    refuse(needed(node, key), "'" + value + "' is no kind of target; write GTV, CTV or PTV");
  }

  MarginRange read_range(const YamlNode& node, std::string_view key) const {
    const YamlNode& list = needed(node, key);
    std::vector<double> ends;
    each(list, [&](const YamlNode& item) {
      const std::optional<double> value = parse_number(text_of(item, key));
      if (!value) refuse(item, "the value of '" + std::string(key) + "' must be numbers");
      ends.push_back(*value);
    });
    if (ends.size() != 2) refuse(list, "expected the lower and the upper end, as in [10, 15]");
    return {ends[0], ends[1]};
  }

  void read_margin(const YamlNode& node, Protocol& protocol) const {
    expect_map(node, {"id", "label", "level", "from", "to", "axial_mm", "cranio_caudal_mm",
                      "along_vessel_mm", "source", "read", "note", "mark"});
    MarginCheck check;
    check.id = new_id(node, protocol);
    check.label = text(node, "label");
    check.level = read_level(node);
    check.from = read_target(node, "from");
    check.to = read_target(node, "to");
    check.axial = read_range(node, "axial_mm");
    check.cranio_caudal = read_range(node, "cranio_caudal_mm");
    if (node.find("along_vessel_mm") != nullptr) {
      check.along_vessel = read_range(node, "along_vessel_mm");
    }
    checked(check_margin(check), node);
    check.provenance = read_provenance(node, protocol);
    protocol.margins.push_back(std::move(check));
  }

  const std::string& name_;
};

}  // namespace

Result<Protocol> parse_protocol(std::string_view yaml, const std::string& name) {
  if (yaml.size() > kLargestProtocolFile) {
    return fail(
        ErrorCode::ProtocolInvalid,
        "the file is larger than 1 MiB, which no protocol is; check that it is the right file",
        name);
  }
  const Result<YamlNode> tree = read_yaml(yaml, name);
  if (!tree) return tl::unexpected(tree.error());
  try {
    Protocol protocol = ProtocolReader(name).read(*tree);
    protocol.sha256 = sha256_hex(yaml);
    protocol.origin = name;
    return protocol;
  } catch (const FileError& problem) {
    return tl::unexpected(problem.error);
  }
}

}  // namespace dosegate::protocol
