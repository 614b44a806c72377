#include "dicom/stored_object.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/text.h"

namespace dosegate::dicom {
namespace {

namespace fs = std::filesystem;

void append_little_endian(std::string& bytes, std::uint32_t value, int count) {
  constexpr int kBitsAByte = 8;
  constexpr std::uint32_t kByte = 0xff;
  for (int i = 0; i < count; ++i) {
    bytes += static_cast<char>((value >> (i * kBitsAByte)) & kByte);
  }
}

constexpr std::uint32_t kMetaGroup = 0x0002;

// An element whose length has two bytes; the value is padded to an even length.
void append_short(std::string& bytes, std::uint32_t element, const char* vr, std::string value,
                  char pad) {
  if (value.size() % 2 != 0) value += pad;
  append_little_endian(bytes, kMetaGroup, 2);
  append_little_endian(bytes, element, 2);
  bytes += vr;
  append_little_endian(bytes, static_cast<std::uint32_t>(value.size()), 2);
  bytes += value;
}

// Ours, under the root for UUIDs (PS3.5 annex B.2).
constexpr const char* kImplementationUid = "2.25.223071462853419861734291175340192283713";

}  // namespace

Quota::Quota(std::string folder, std::uint64_t most) : folder_(std::move(folder)), most_(most) {
  used_ = held();
}

std::uint64_t Quota::held() const {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (fs::directory_iterator entries(folder_, error), end; !error && entries != end;
       entries.increment(error)) {
    std::error_code ignored;
    const auto size = entries->is_regular_file(ignored) ? entries->file_size(ignored) : 0;
    if (!ignored) bytes += size;
  }
  return bytes;
}

bool Quota::take(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  const auto fits = [&] { return used_ <= most_ && bytes <= most_ - used_; };
  if (!fits()) used_ = held();  // with what is on its way, which lies there too
  if (!fits()) return false;
  used_ += bytes;
  return true;
}

void Quota::give_back(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  used_ -= std::min(used_, bytes);
}

bool is_uid(std::string_view text) {
  constexpr std::size_t kLongest = 64;
  return !text.empty() && text.size() <= kLongest &&
         text.find_first_not_of("0123456789.") == std::string_view::npos;
}

std::string file_meta_header(const ObjectHeader& header) {
  std::string group;
  append_little_endian(group, kMetaGroup, 2);  // version: an OB, whose length has four bytes
  append_little_endian(group, 0x0001, 2);
  group += "OB";
  append_little_endian(group, 0, 2);
  append_little_endian(group, 2, 4);
  append_little_endian(group, 0x0100, 2);  // 00 01
  append_short(group, 0x0002, "UI", header.sop_class, '\0');
  append_short(group, 0x0003, "UI", header.sop_instance, '\0');
  append_short(group, 0x0010, "UI", header.transfer_syntax, '\0');
  append_short(group, 0x0012, "UI", kImplementationUid, '\0');
  append_short(group, 0x0016, "AE", header.sender, ' ');
  constexpr std::size_t kPreamble = 128;
  std::string bytes(kPreamble, '\0');
  bytes += "DICM";
  std::string length;
  append_little_endian(length, static_cast<std::uint32_t>(group.size()), 4);
  append_short(bytes, 0x0000, "UL", length, '\0');
  return bytes + group;
}

StoredObject::StoredObject(std::string path, Quota& quota) : path_(std::move(path)), quota_(quota) {
  auto file = WholeFile::create(path_);
  if (file) {
    file_.emplace(std::move(*file));
  } else {
    failed_ = file.error();
  }
}

StoredObject::~StoredObject() {
  quota_.give_back(taken_);
}

void StoredObject::give_up(Error why) {
  failed_ = std::move(why);
  file_.reset();
  quota_.give_back(std::exchange(taken_, 0));
}

void StoredObject::add(std::string_view bytes) {
  if (failed_) return;
  if (!quota_.take(bytes.size())) {
    give_up({ErrorCode::FileUnwritable, "The quota is used up; take old files away, or allow more.",
             printable(path_)});
    return;
  }
  taken_ += bytes.size();
  if (auto written = file_->write(bytes); !written) give_up(std::move(written.error()));
}

Result<void> StoredObject::keep() {
  if (failed_) return tl::unexpected<Error>(*failed_);
  auto kept = file_->commit();
  if (!kept) {
    give_up(kept.error());
    return kept;
  }
  taken_ = 0;
  return {};
}

}  // namespace dosegate::dicom
