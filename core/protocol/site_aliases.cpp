#include "protocol/site_aliases.h"

#include <algorithm>
#include <map>

#include "base/sha256.h"
#include "base/text.h"
#include "protocol/name_forms.h"
#include "protocol/names.h"
#include "protocol/text_file.h"
#include "protocol/yaml_tree.h"

namespace dosegate::protocol {
namespace {

class AliasReader {
 public:
  explicit AliasReader(const std::string& file) : file_(file) {}

  Result<void> read(const YamlNode& root, SiteAliases& out) {
    if (root.kind != YamlNode::Kind::Map) return refuse(root.place, "expected the key 'aliases'");
    for (std::size_t i = 0; i < root.keys.size(); ++i) {
      if (root.keys[i] != "site" && root.keys[i] != "aliases") {
        return refuse(root.key_places[i],
                      "the key '" + root.keys[i] + "' is not known here; known are: site, aliases");
      }
    }
    if (const YamlNode* site = root.find("site")) {
      if (site->kind != YamlNode::Kind::Text) return refuse(site->place, "'site' must be text");
      out.site = site->text;
    }
    const YamlNode* all = root.find("aliases");
    if (all == nullptr || all->kind != YamlNode::Kind::Map) {
      return refuse(all == nullptr ? root.place : all->place,
                    "'aliases' must hold structure names, each with a list of other names");
    }
    for (std::size_t i = 0; i < all->keys.size(); ++i) {
      const auto [owner, added] = owners_.try_emplace(normalised(all->keys[i]), all->keys[i]);
      if (!added) {
        return refuse(all->key_places[i], "'" + all->keys[i] + "' is '" + owner->second +
                                              "' once more; write one list");
      }
    }
    for (std::size_t i = 0; i < all->keys.size(); ++i) {
      if (all->keys[i].find('*') != std::string::npos) {
        return refuse(all->key_places[i], "'" + all->keys[i] +
                                              "' stands for several structures; name them with "
                                              "--map for each plan");
      }
      out.entries.push_back({all->keys[i], {}});
      if (auto done = read_list(all->items[i], out.entries.back()); !done) return done;
    }
    return {};
  }

 private:
  [[nodiscard]] tl::unexpected<Error> refuse(YamlPlace place, std::string text) const {
    return yaml_error(file_, place, std::move(text));
  }

  Result<void> read_list(const YamlNode& list, SiteAliases::Entry& entry) {
    if (list.kind != YamlNode::Kind::List || list.items.empty()) {
      return refuse(list.place,
                    "write the other names of '" + entry.name + "' as a list: [name, name]");
    }
    for (const YamlNode& item : list.items) {
      if (item.kind != YamlNode::Kind::Text || item.text.empty()) {
        return refuse(item.place, "a name must be text, and not empty");
      }
      if (is_derived_from(item.text, entry.name)) {
        return refuse(item.place, "'" + item.text + "' is derived from '" + entry.name +
                                      "' and cannot be another name for it");
      }
      const auto [owner, added] = owners_.try_emplace(normalised(item.text), entry.name);
      if (!added) {
        return refuse(item.place, "'" + item.text + "' already stands for '" + owner->second +
                                      "'; a name may stand for one structure only");
      }
      entry.aliases.push_back(item.text);
    }
    return {};
  }

  const std::string& file_;
  std::map<std::string, std::string> owners_;  // normalised name -> the rule name it stands for
};

}  // namespace

const std::vector<std::string>& SiteAliases::of(std::string_view name) const {
  static const std::vector<std::string> none;
  const auto at = std::find_if(entries.begin(), entries.end(),
                               [&](const Entry& entry) { return same_name(entry.name, name); });
  return at == entries.end() ? none : at->aliases;
}

Result<SiteAliases> parse_site_aliases(std::string_view yaml, const std::string& name) {
  if (yaml.size() > kLargestAliasFile) {
    return yaml_error(name, {}, "the file is larger than 1 MiB; it is no alias file");
  }
  const Result<YamlNode> root = read_yaml(yaml, name);
  if (!root) return tl::unexpected(root.error());
  SiteAliases aliases;
  aliases.origin = name;
  aliases.sha256 = sha256_hex(yaml);
  if (auto done = AliasReader(name).read(*root, aliases); !done) {
    return tl::unexpected(done.error());
  }
  return aliases;
}

Result<SiteAliases> read_site_aliases(const std::string& path) {
  const Result<std::string> text = read_text_file(path, "alias file", kLargestAliasFile);
  if (!text) return tl::unexpected(text.error());
  return parse_site_aliases(*text, path);
}

}  // namespace dosegate::protocol
