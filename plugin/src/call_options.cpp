#include "call_options.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/sha256.h"
#include "base/text.h"
#include "geometry/conventions.h"
#include "session_protocols.h"
#include "view.h"
#include "wall.h"

namespace dosegate::plugin {

namespace {

// How contours are read: by the name of a convention, or by end caps and interpolation.
void choose_reading(const dosegate_options& in, evaluation::EvaluationOptions& options) {
  if (in.end_caps < 0 || in.end_caps > DOSEGATE_END_CAPS_ROUNDED || in.interpolation < 0 ||
      in.interpolation > DOSEGATE_INTERPOLATION_CUBIC) {
    refuse(DOSEGATE_OPTION_INVALID, "An option has none of the values of the header.");
  }
  if (in.convention == nullptr || in.convention[0] == '\0') {
    options.reading = {static_cast<geometry::EndCaps>(in.end_caps),
                       static_cast<geometry::Interpolation>(in.interpolation)};
    return;
  }
  const auto convention = geometry::find_convention(in.convention);
  if (!convention) {
    std::vector<std::string_view> ids;
    for (const geometry::Convention& known : geometry::conventions()) ids.push_back(known.id);
    refuse(DOSEGATE_OPTION_INVALID, fmt::format("There is no convention \"{}\"; there are {}.",
                                                printable(in.convention), fmt::join(ids, ", ")));
  }
  if (in.end_caps != DOSEGATE_END_CAPS_HALF || in.interpolation != DOSEGATE_INTERPOLATION_SLAB) {
    refuse(DOSEGATE_OPTION_INVALID,
           "A convention decides end caps and interpolation; give it or them, not both.");
  }
  options.reading = convention->reading;
  options.convention = convention->id;
}

}  // namespace

protocol::Context parse_context(const std::vector<std::string>& entries) {
  protocol::Context context;
  for (const std::string& entry : entries) {
    const auto equals = entry.find('=');
    const bool good = equals != std::string::npos && equals > 0 && equals + 1 < entry.size();
    if (!good || !context.emplace(entry.substr(0, equals), entry.substr(equals + 1)).second) {
      refuse(DOSEGATE_OPTION_INVALID,
             fmt::format("Context \"{}\": write key=value, each key once.", printable(entry)));
    }
  }
  return context;
}

protocol::NameMap name_map_of(const dosegate_options& in) {
  protocol::NameMap map = unwrap(protocol::NameMap::parse(texts(in.map, in.map_count)));
  if (in.aliases != nullptr && in.aliases[0] != '\0') {
    map.set_site_aliases(unwrap(protocol::read_site_aliases(in.aliases)));
  }
  return map;
}

evaluation::EvaluationOptions options_of(Session& session, const dosegate_options& in) {
  evaluation::EvaluationOptions options;
  if (in.fractions < 0 || in.fraction_dose < 0 || in.fraction_dose > DOSEGATE_FRACTION_DOSE_ONE) {
    refuse(DOSEGATE_OPTION_INVALID, "An option has none of the values of the header.");
  }
  if (in.fractions > 0) options.course.fractions = in.fractions;
  if (in.prescription_gy != 0.0) options.course.prescription_gy = in.prescription_gy;
  if (in.dose_interpolation < 0 || in.dose_interpolation > DOSEGATE_DOSE_VOXEL) {
    refuse(DOSEGATE_OPTION_INVALID, "An option has none of the values of the header.");
  }
  options.dose = static_cast<evaluation::DoseInterpolation>(in.dose_interpolation);
  options.course.fraction_dose = static_cast<evaluation::FractionDose>(in.fraction_dose);
  choose_reading(in, options);
  // More workers than a machine can have is a slip; the result would be the same.
  constexpr uint32_t kMostWorkers = 1024;
  options.workers = static_cast<int>(std::min(in.workers, kMostWorkers));
  options.map = name_map_of(in);
  options.software_version = version_text();
  options.stop = session.stop_for_caller();
  return options;
}

std::vector<protocol::Protocol> protocols_of(const Session& session, const dosegate_options& in) {
  std::vector<std::string> names = texts(in.protocols, in.protocol_count);
  if (names.empty()) names.emplace_back(protocol::kDefaultProtocol);
  std::vector<protocol::Protocol> protocols;
  for (const std::string& name : names) protocols.push_back(protocol_of(session, name));
  return protocols;
}

std::optional<evaluation::DeidentifyKey> key_of(const dosegate_options& in) {
  if (in.deidentify_key == nullptr) {
    if (in.deidentify_key_length == 0) return std::nullopt;
    refuse(DOSEGATE_OPTION_INVALID, "The key to deidentify with has a length and no bytes.");
  }
  return unwrap(evaluation::DeidentifyKey::of(
      {static_cast<const char*>(in.deidentify_key), in.deidentify_key_length}));
}

std::string settings_lines(const dosegate_options& in,
                           const std::vector<protocol::Protocol>& protocols) {
  std::vector<std::string> lines;
  for (const protocol::Protocol& used : protocols) {
    lines.push_back(fmt::format("protocol {} {} sha256 {}", used.id, used.version, used.sha256));
  }
  if (in.fractions != 0) lines.push_back(fmt::format("fractions {}", in.fractions));
  if (in.prescription_gy != 0.0) {
    lines.push_back("prescription " + shortest(in.prescription_gy) + " Gy");
  }
  lines.push_back(fmt::format("fraction dose {}, end caps {}, interpolation {}, dose {}",
                              in.fraction_dose, in.end_caps, in.interpolation,
                              in.dose_interpolation));
  if (in.convention != nullptr && in.convention[0] != '\0') {
    lines.push_back(std::string("convention ") + in.convention);
  }
  for (const std::string& entry : texts(in.map, in.map_count)) lines.push_back("map " + entry);
  for (const std::string& entry : texts(in.context, in.context_count)) {
    lines.push_back("context " + entry);
  }
  if (in.aliases != nullptr && in.aliases[0] != '\0') {
    lines.push_back("aliases sha256 " + unwrap(sha256_of_file(in.aliases)));
  }
  if (const auto key = key_of(in)) lines.push_back("deidentified, mark of the key " + key->mark());
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "\n") + printable(line);
  return text;
}

}  // namespace dosegate::plugin
