#include "protocol/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <istream>
#include <optional>
#include <sstream>

#include "base/text.h"

namespace dosegate::protocol {
namespace {

// A protocol file is a map of lists of maps of lists.
constexpr int kDeepest = 16;
// Aliases repeat what they stand for, so a small text can unfold to a huge tree.
constexpr int kMostNodes = 100000;

YamlPlace place_of(const YAML::Mark& mark) {
  return mark.is_null() ? YamlPlace{} : YamlPlace{mark.line + 1, mark.column + 1};
}

// A folded or literal block brings line ends; with the blanks around them they become one blank.
// Blanks within a line stay, a tab as one blank: a ROI name may hold two of them.
std::string one_line(std::string_view text) {
  std::string line;
  text = trim(text);
  while (!text.empty()) {
    const std::size_t run = std::min(text.find_first_not_of(" \t\r\n"), text.size());
    const std::string_view blanks = text.substr(0, run);
    line += blanks.find('\n') == std::string_view::npos ? std::string(blanks.size(), ' ') : " ";
    text.remove_prefix(run);
    const std::size_t word = std::min(text.find_first_of(" \t\r\n"), text.size());
    line += text.substr(0, word);
    text.remove_prefix(word);
  }
  return line;
}

class TreeReader {
 public:
  explicit TreeReader(const std::string& name) : name_(name) {}

  Result<YamlNode> read(const YAML::Node& source, int depth) {
    YamlNode node;
    node.place = place_of(source.Mark());
    if (depth > kDeepest || ++count_ > kMostNodes) {
      return yaml_error(
          name_, node.place,
          "the text is nested too deeply or repeats itself too often to be a protocol");
    }
    switch (source.Type()) {
      case YAML::NodeType::Scalar:
        node.kind = YamlNode::Kind::Text;
        node.text = one_line(source.Scalar());
        if (printable(node.text) != node.text) return hidden(node.place);
        return node;
      case YAML::NodeType::Sequence:
        return read_list(source, std::move(node), depth);
      case YAML::NodeType::Map:
        return read_map(source, std::move(node), depth);
      case YAML::NodeType::Null:
      case YAML::NodeType::Undefined:
        return node;
    }
    throw InternalError("unknown YAML::NodeType");
  }

 private:
  // In double quotes YAML has escapes for characters that check_characters() finds in no line.
  [[nodiscard]] tl::unexpected<Error> hidden(YamlPlace place) const {
    return yaml_error(name_, place,
                      "the text holds an escape for a control character; write what is meant");
  }

  Result<YamlNode> read_list(const YAML::Node& source, YamlNode node, int depth) {
    node.kind = YamlNode::Kind::List;
    for (const YAML::Node& item : source) {
      Result<YamlNode> child = read(item, depth + 1);
      if (!child) return child;
      node.items.push_back(std::move(*child));
    }
    return node;
  }

  Result<YamlNode> read_map(const YAML::Node& source, YamlNode node, int depth) {
    node.kind = YamlNode::Kind::Map;
    for (const auto& entry : source) {
      const YamlPlace place = place_of(entry.first.Mark());
      if (!entry.first.IsScalar()) return yaml_error(name_, place, "a key must be plain text");
      const std::string key = one_line(entry.first.Scalar());
      if (printable(key) != key) return hidden(place);
      if (node.find(key) != nullptr) {
        return yaml_error(name_, place, "the key '" + key + "' comes twice; keep one");
      }
      Result<YamlNode> child = read(entry.second, depth + 1);
      if (!child) return child;
      // yaml-cpp places an empty value wherever the next thing stands.
      if (child->kind == YamlNode::Kind::Empty) child->place = place;
      node.keys.push_back(key);
      node.key_places.push_back(place);
      node.items.push_back(std::move(*child));
    }
    return node;
  }

  const std::string& name_;
  int count_ = 0;
};

// Where the root of a document stands; nothing else of it is kept.
class RootPlace final : public YAML::EventHandler {
 public:
  [[nodiscard]] YamlPlace place() const { return place_.value_or(YamlPlace{}); }

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override { note(mark); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override { note(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                const std::string& /*value*/) override {
    note(mark);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/,
                       YAML::anchor_t /*anchor*/, YAML::EmitterStyle::value /*style*/) override {
    note(mark);
  }
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {
    note(mark);
  }
  void OnMapEnd() override {}

 private:
  void note(const YAML::Mark& mark) {
    if (!place_) place_ = place_of(mark);
  }
  std::optional<YamlPlace> place_;
};

// One document and no more. Not YAML::LoadAll(): behind some slips, such as a comma after the root
// ("[a]\n, {}"), yaml-cpp 0.7 finds documents without end there, until the memory is full.
Result<void> check_documents(const std::string& yaml, const std::string& name) {
  std::stringbuf bytes(yaml, std::ios::in);
  std::istream stream(&bytes);  // hands over bytes and reads no number, so no locale matters
  YAML::Parser parser(stream);
  RootPlace first;
  if (!parser.HandleNextDocument(first)) return yaml_error(name, {}, "the file is empty");
  RootPlace second;
  if (!parser.HandleNextDocument(second)) return {};
  return yaml_error(name, second.place(),
                    "a second document begins here; keep one protocol in a file");
}

// The first line that is not UTF-8 or holds something that could fool a reader.
Result<void> check_characters(std::string_view yaml, const std::string& name) {
  int line_number = 0;
  while (!yaml.empty()) {
    ++line_number;
    const std::size_t end = std::min(yaml.find('\n'), yaml.size());
    std::string line(yaml.substr(0, end));
    yaml.remove_prefix(std::min(end + 1, yaml.size()));
    if (!line.empty() && line.back() == '\r') line.pop_back();
    std::replace(line.begin(), line.end(), '\t', ' ');
    if (printable(line) != line) {
      return yaml_error(
          name, {line_number, 1},
          "the line is not UTF-8 or holds a control character; save the file as UTF-8 "
          "text");
    }
  }
  return {};
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (keys[i] == key) return &items[i];
  }
  return nullptr;
}

tl::unexpected<Error> yaml_error(const std::string& name, YamlPlace place, std::string text) {
  return fail(ErrorCode::ProtocolInvalid, printable(text),
              printable(name) + ", line " + std::to_string(place.line) + ", column " +
                  std::to_string(place.column));
}

Result<YamlNode> read_yaml(std::string_view yaml, const std::string& name) {
  const Result<void> characters = check_characters(yaml, name);
  if (!characters) return tl::unexpected(characters.error());
  try {
    const std::string text(yaml);
    const Result<void> documents = check_documents(text, name);
    if (!documents) return tl::unexpected(documents.error());
    return TreeReader(name).read(YAML::Load(text), 0);
  } catch (const YAML::Exception& problem) {
    // A rule holds "::" and so must stand in quotes, which is the likeliest slip.
    return yaml_error(name, place_of(problem.mark),
                      "the text is not valid YAML (" + printable(problem.msg) +
                          "); a rule's text must stand in single quotes");
  }
}

}  // namespace dosegate::protocol
