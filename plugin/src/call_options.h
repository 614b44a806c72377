// What a host asks for in dosegate_options, as the core's options. Private to the C interface.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dosegate/dosegate.h"
#include "evaluation/evaluate.h"
#include "evaluation/pseudonyms.h"
#include "protocol/names.h"
#include "protocol/protocol_file.h"
#include "session.h"
#include "wall.h"

namespace dosegate::plugin {

// All of them leave the call with an error where an option makes no sense.

/// "key=value", each key once.
[[nodiscard]] protocol::Context parse_context(const std::vector<std::string>& entries);
/// Map and alias file.
[[nodiscard]] protocol::NameMap name_map_of(const dosegate_options& in);
/// What evaluations, DVHs and batches share; without the context.
[[nodiscard]] evaluation::EvaluationOptions options_of(Session& session,
                                                       const dosegate_options& in);
/// The default protocol where none is named.
[[nodiscard]] std::vector<protocol::Protocol> protocols_of(const Session& session,
                                                           const dosegate_options& in);
/// What to replace identities with; nothing where they stay.
[[nodiscard]] std::optional<evaluation::DeidentifyKey> key_of(const dosegate_options& in);
/// Runs `work`; with a key, what it refuses with names nobody. `identities()` is asked only then.
template <class Identities, class Work>
void hiding(const std::optional<evaluation::DeidentifyKey>& key, Identities identities, Work work) {
  if (!key) return work();
  try {
    work();
  } catch (const Refusal& refusal) {
    refuse(evaluation::Pseudonyms(*key, identities()).error(refusal.error));
  }
}
/// All that a result depends on but the plan, for the record of a batch: one printable line each.
[[nodiscard]] std::string settings_lines(const dosegate_options& in,
                                         const std::vector<protocol::Protocol>& protocols);

}  // namespace dosegate::plugin
