#include "evaluation/pseudonyms.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/sha256.h"
#include "base/text.h"

namespace dosegate::evaluation {
namespace {

constexpr std::size_t kShortDigits = 12;  // hexadecimal, of a pseudonym: 48 bits
constexpr std::size_t kFewestBytes = 3;   // of what is looked for inside of a text

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
// Bytes beyond ASCII are parts of letters as far as we know.
bool is_of_word(char c) {
  return is_digit(c) || is_letter(c) || static_cast<unsigned char>(c) >= 0x80U;
}
bool is_separator(char c) {
  return c == '/' || c == '\\';
}

// Lower case of ASCII and, in UTF-8, of Latin-1; as many bytes as before.
std::string folded(std::string_view text) {
  std::string result = to_lower_ascii(text);
  for (std::size_t i = 1; i < result.size(); ++i) {
    const auto lead = static_cast<unsigned char>(result[i - 1]);
    const auto next = static_cast<unsigned char>(result[i]);
    constexpr unsigned kLatin1 = 0xC3, kFirst = 0x80, kLast = 0x9E, kTimesSign = 0x97, kCase = 0x20;
    if (lead == kLatin1 && next >= kFirst && next <= kLast && next != kTimesSign) {
      result[i] = static_cast<char>(next + kCase);
    }
  }
  return result;
}

// Labels and folders that say nothing of a patient and stand in our own sentences.
bool is_plain_word(const std::string& folded_text) {
  static const std::vector<std::string> words = {
      "body",     "cases",  "course", "ctv",    "data",    "dcm",      "dicom",     "dose",
      "doses",    "export", "file",   "files",  "final",   "gtv",      "home",      "liver",
      "mnt",      "input",  "inputs", "opt",    "patient", "phase",    "patients",  "plan",
      "plans",    "ptv",    "rtdose", "rtplan", "root",    "rules",    "structure", "structures",
      "rtstruct", "sum",    "target", "the",    "tmp",     "total",    "treatment", "tumour",
      "user",     "users",  "usr",    "var",    "volume",  "fraction", "fractions", "test"};
  return std::find(words.begin(), words.end(), folded_text) != words.end();
}

std::vector<std::string> split(std::string_view text, std::string_view at) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(at), text.size());
    if (end > 0) parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

// How many bytes at `at` have the form of a UID; 0: none.
std::size_t uid_length(std::string_view text, std::size_t at) {
  if (!is_digit(text[at])) return 0;
  if (at > 0 && (is_digit(text[at - 1]) || text[at - 1] == '.')) return 0;
  std::size_t end = at;
  while (end < text.size() && (is_digit(text[end]) || text[end] == '.')) ++end;
  while (text[end - 1] == '.') --end;
  const std::string_view uid = text.substr(at, end - at);
  // No number and no version has as many parts.
  constexpr std::ptrdiff_t kFewestPoints = 4;
  if (std::count(uid.begin(), uid.end(), '.') < kFewestPoints) return 0;
  return uid.size();
}

bool is_of_standard(std::string_view uid) {
  constexpr std::string_view kDicom =
      "1.2.840.10008.";  // classes and syntaxes, the same for everybody
  return uid.substr(0, kDicom.size()) == kDicom;
}

// How many bytes at `at` have the form of an absolute path without blanks; 0: none.
std::size_t path_length(std::string_view text, std::size_t at) {
  constexpr std::string_view kAround = " \"'()<>,;:=[]";
  const bool drive = at + 2 < text.size() && is_letter(text[at]) && text[at + 1] == ':' &&
                     is_separator(text[at + 2]);
  if (!is_separator(text[at]) && !drive) return 0;
  if (at > 0 && kAround.find(text[at - 1]) == std::string_view::npos) return 0;
  const std::size_t from = at + (drive ? 2 : 0);
  const std::size_t end = std::min(text.find_first_of(kAround, from), text.size());
  const std::string_view path = text.substr(from, end - from);
  const bool deep = path.find_first_of("/\\", 1) != std::string_view::npos;
  return path.size() > 1 && (deep || drive) ? end - at : 0;
}

// 128 bits in hexadecimal -> decimal.
std::string decimal_of(std::string_view hexadecimal) {
  std::vector<unsigned> digits = {0};  // lowest first
  for (const char c : hexadecimal) {
    constexpr unsigned kHex = 16, kTen = 10;
    unsigned carry =
        is_digit(c) ? static_cast<unsigned>(c - '0') : static_cast<unsigned>(c - 'a') + kTen;
    for (unsigned& digit : digits) {
      carry += digit * kHex;
      digit = carry % kTen;
      carry /= kTen;
    }
    for (; carry > 0; carry /= kTen) digits.push_back(carry % kTen);
  }
  std::string text;
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
    text += static_cast<char>('0' + *digit);
  }
  return text;
}

bool speaks_of_file(FindingCode code) {
  switch (code) {
    case FindingCode::FileSkipped:
    case FindingCode::FileUnreadable:
    case FindingCode::DuplicateObject:
    case FindingCode::MetaHeaderMissing:
    case FindingCode::ObjectUnused:
    case FindingCode::ContextFromFile:
      return true;
    default:
      return false;
  }
}

}  // namespace

Result<DeidentifyKey> DeidentifyKey::of(std::string bytes) {
  if (bytes.size() < kFewestBytes) {
    return fail(
        ErrorCode::OptionInvalid,
        fmt::format(
            "The key to deidentify with has {} bytes; give at least {}, such as those of `head "
            "-c 32 /dev/urandom`.",
            bytes.size(), kFewestBytes));
  }
  return DeidentifyKey(std::move(bytes));
}

std::string DeidentifyKey::digest(std::string_view kind, std::string_view text) const {
  return hmac_sha256_hex(bytes_, fmt::format("dosegate {}\n{}", kind, text));
}

std::string DeidentifyKey::mark() const {
  return digest("mark", "").substr(0, kShortDigits);
}

void Identities::add(const model::Case& plan_case) {
  patient_ids.push_back(plan_case.patient_id);
  if (plan_case.plan) {
    const model::Plan& plan = *plan_case.plan;
    patient_ids.push_back(plan.patient_id);
    patient_names.push_back(plan.patient_name);
    labels.insert(labels.end(), {plan.label, plan.name});
    uids.insert(uids.end(), {plan.sop_instance_uid, plan.structure_set_uid});
  }
  if (plan_case.structures) {
    const model::StructureSet& set = *plan_case.structures;
    patient_ids.push_back(set.patient_id);
    labels.push_back(set.label);
    uids.insert(uids.end(), {set.sop_instance_uid, set.frame_of_reference_uid});
  }
  for (const model::Dose& dose : plan_case.doses) {
    patient_ids.push_back(dose.patient_id);
    uids.insert(uids.end(),
                {dose.sop_instance_uid, dose.frame_of_reference_uid, dose.structure_set_uid});
    uids.insert(uids.end(), dose.plan_uids.begin(), dose.plan_uids.end());
    paths.push_back(dose.source);
  }
  add(plan_case.inputs);
  add(plan_case.findings);
}

void Identities::add(const std::vector<model::InputFile>& inputs) {
  for (const model::InputFile& input : inputs) {
    paths.push_back(input.path);
    uids.push_back(input.sop_instance_uid);
    hashes.push_back(input.sha256);
  }
}

void Identities::add(const Findings& findings) {
  for (const Finding& finding : findings) {
    if (speaks_of_file(finding.code)) paths.push_back(finding.where);
  }
}

Pseudonyms::Pseudonyms(DeidentifyKey key, const Identities& known) : key_(std::move(key)) {
  for (const std::string& id : known.patient_ids) add(id, patient_id(id), Place::Anywhere);
  for (const std::string& name : known.patient_names) add_name(name);
  for (const std::string& text : known.labels) {
    add(text, label(text), is_plain_word(folded(trim(text))) ? Place::WholeText : Place::Anywhere);
  }
  for (const std::string& text : known.uids) add(text, uid(text), Place::Anywhere);
  for (const std::string& text : known.hashes) add(text, sha256(text), Place::Anywhere);
  for (const std::string& text : known.paths) add_path(text);
  sort();
}

void Pseudonyms::add(const std::string& identity, const std::string& pseudonym, Place place) {
  // Texts are made with printable(): both forms may stand in them.
  for (const std::string& form : {std::string(trim(identity)), printable(trim(identity))}) {
    if (form.empty()) continue;
    Known known{folded(form), pseudonym, form.size() < kFewestBytes ? Place::WholeText : place};
    auto& there = by_first_[static_cast<unsigned char>(known.folded.front())];
    const bool again = std::any_of(there.begin(), there.end(), [&](const Known& other) {
      return other.folded == known.folded && other.place <= known.place;
    });
    if (!again) there.push_back(std::move(known));
  }
}

void Pseudonyms::add_name(const std::string& name) {
  const std::string pseudonym = patient_name(name);
  add(name, pseudonym, Place::Anywhere);
  for (const std::string& part : split(name, "^=,; _")) {
    // Of one or two letters it is an initial or a title.
    if (part.size() >= kFewestBytes) add(part, pseudonym, Place::Anywhere);
  }
}

void Pseudonyms::add_path(const std::string& whole) {
  add(whole, path(whole), Place::Anywhere);
  const std::size_t last = whole.find_last_of("/\\");
  if (last != std::string::npos && last > 0 && whole.find_first_of("/\\", 1) != last) {
    const std::string folder = whole.substr(0, last);
    add(folder, path(folder), Place::Anywhere);
  }
  for (const std::string& part : split(whole, "/\\")) {
    const std::string stem = part.substr(0, part.rfind('.'));
    for (const std::string& piece : {part, stem}) {
      if (piece.size() < kFewestBytes || is_plain_word(folded(piece))) continue;
      // A word of letters alone may be part of another; "RT_0815" is not.
      const bool letters = std::all_of(piece.begin(), piece.end(), is_letter);
      add(piece, path(piece), letters ? Place::Word : Place::Anywhere);
    }
  }
}

void Pseudonyms::sort() {
  for (auto& known : by_first_) {
    std::stable_sort(known.begin(), known.end(), [](const Known& a, const Known& b) {
      return a.folded.size() > b.folded.size();
    });
  }
}

std::string Pseudonyms::patient_id(std::string_view id) const {
  const std::string_view bare = trim(id);
  return bare.empty() ? "" : "P-" + key_.digest("patient id", bare).substr(0, kShortDigits);
}

std::string Pseudonyms::patient_name(std::string_view name) const {
  const std::string_view bare = trim(name);
  return bare.empty() ? "" : "N-" + key_.digest("patient name", bare).substr(0, kShortDigits);
}

std::string Pseudonyms::label(std::string_view label) const {
  const std::string_view bare = trim(label);
  return bare.empty() ? "" : "L-" + key_.digest("plan label", bare).substr(0, kShortDigits);
}

std::string Pseudonyms::uid(std::string_view uid) const {
  const std::string_view bare = trim(uid);
  constexpr std::size_t kDigitsOf128Bits = 32;
  if (bare.empty()) return "";
  return "2.25." + decimal_of(key_.digest("uid", bare).substr(0, kDigitsOf128Bits));
}

std::string Pseudonyms::path(std::string_view path) const {
  if (trim(path).empty()) return "";
  return "file-" + key_.digest("path", path).substr(0, kShortDigits);
}

std::string Pseudonyms::sha256(std::string_view hash) const {
  return trim(hash).empty() ? "" : key_.digest("sha256", trim(hash));
}

std::string Pseudonyms::plan_key(std::string_view key) const {
  const bool is_uid =
      std::all_of(key.begin(), key.end(), [](char c) { return is_digit(c) || c == '.'; });
  return is_uid ? uid(key) : path(key);
}

const Pseudonyms::Known* Pseudonyms::known_at(std::string_view folded, std::size_t at) const {
  for (const Known& known : by_first_[static_cast<unsigned char>(folded[at])]) {
    if (folded.compare(at, known.folded.size(), known.folded) != 0) continue;
    const std::size_t end = at + known.folded.size();
    if (known.folded.size() == folded.size()) return &known;
    if (known.place == Place::WholeText) continue;
    const char before = at > 0 ? folded[at - 1] : ' ',
               after = end < folded.size() ? folded[end] : ' ';
    if (known.place == Place::Word && (is_of_word(before) || is_of_word(after))) continue;
    constexpr std::size_t kLongNumber = 6;
    const bool number = std::all_of(known.folded.begin(), known.folded.end(), is_digit);
    if (number && known.folded.size() < kLongNumber) {
      // Part of a longer number, or one side of its point.
      const bool point_before = before == '.' && at > 1 && is_digit(folded[at - 2]);
      const bool point_after = after == '.' && end + 1 < folded.size() && is_digit(folded[end + 1]);
      if (is_digit(before) || is_digit(after) || point_before || point_after) continue;
    }
    return &known;
  }
  return nullptr;
}

std::string Pseudonyms::text(std::string_view text) const {
  const std::string_view bare = trim(text);
  if (bare.empty()) return std::string(text);
  const std::string lower = folded(bare);
  std::string result;
  for (std::size_t i = 0; i < bare.size();) {
    const std::size_t uid_bytes = uid_length(bare, i), path_bytes = path_length(bare, i);
    const Known* known = known_at(lower, i);
    const std::size_t known_bytes = known != nullptr ? known->folded.size() : 0;
    if (known_bytes > 0 && known_bytes >= uid_bytes && known_bytes >= path_bytes) {
      result += known->pseudonym;
      i += known_bytes;
    } else if (uid_bytes > 0) {
      const std::string_view found = bare.substr(i, uid_bytes);
      result += is_of_standard(found) ? std::string(found) : uid(found);
      i += uid_bytes;
    } else if (path_bytes > 0) {
      result += path(bare.substr(i, path_bytes));
      i += path_bytes;
    } else {
      result += bare[i++];
    }
  }
  return result;
}

std::string Pseudonyms::where(std::string_view where) const {
  std::string shown = text(where);
  // Of a path with blanks, of a file that is not among the inputs, a part would be left.
  return shown.find_first_of("/\\") == std::string::npos ? shown : path(where);
}

Finding Pseudonyms::finding(Finding finding) const {
  finding.text = text(finding.text);
  finding.where = speaks_of_file(finding.code) ? path(finding.where) : where(finding.where);
  return finding;
}

Error Pseudonyms::error(Error error) const {
  error.text = text(error.text);
  error.where = where(error.where);
  return error;
}

Error Pseudonyms::unknown_file_error(Error error) const {
  std::string bare;
  bool quoted = false;
  for (const char c : error.text) {
    if (c == '"') {
      if (!quoted) bare += "\"...\"";
      quoted = !quoted;
    } else if (!quoted) {
      bare += c;
    }
  }
  error.text = std::move(bare);
  return this->error(std::move(error));
}

}  // namespace dosegate::evaluation
