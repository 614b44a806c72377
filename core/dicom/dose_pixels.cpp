#include "dicom/dose_pixels.h"

#include <dcmtk/config/osconfig.h>
// osconfig.h comes first in every file that uses DCMTK.
#include <dcmtk/dcmdata/dcfcache.h>
#include <dcmtk/dcmdata/dctk.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <type_traits>

#include "base/text.h"
#include "dicom/dicom_file.h"
#include "dicom/tags.h"

namespace dosegate::dicom {
namespace {

static_assert(std::endian::native == std::endian::little,
              "stored values are taken from the file's bytes as they stand");

// Pixels are read in pieces of this size, so that the raw image never stands in memory beside the
// doses_gy.
constexpr std::size_t kBlockBytes = std::size_t{1} << 20;

struct PixelFormat {
  std::size_t bytes = 0;  // of one voxel: 2 or 4
  unsigned bits_stored = 0;
  enum class Sign { Unsigned, Signed } sign = Sign::Unsigned;
};

tl::unexpected<Error> unusable(const Attributes& root, const Tag& tag, const std::string& what) {
  return fail(ErrorCode::PixelDataUnusable,
              what + "; export the dose again, uncompressed and whole.",
              place(root.file().path(), tag));
}

Result<unsigned> needed(const Attributes& root, const Tag& tag) {
  const std::optional<unsigned> value = root.unsigned_short(tag);
  if (value) return *value;
  return fail(
      ErrorCode::TagMissing,
      fmt::format("{} is missing, so the dose values cannot be read; export the dose again.",
                  to_text(tag)),
      place(root.file().path(), tag));
}

Result<PixelFormat> read_format(const Attributes& root, Findings& findings) {
  const unsigned samples = root.unsigned_short(tag::kSamplesPerPixel).value_or(1);
  if (samples != 1) {
    return unusable(root, tag::kSamplesPerPixel,
                    fmt::format("SamplesPerPixel is {}, not 1", samples));
  }
  const auto allocated = needed(root, tag::kBitsAllocated);
  if (!allocated) return tl::unexpected<Error>(allocated.error());
  if (*allocated != 16 && *allocated != 32) {
    return unusable(root, tag::kBitsAllocated,
                    fmt::format("BitsAllocated is {}, and a dose has 16 or 32", *allocated));
  }
  const auto sign = needed(root, tag::kPixelRepresentation);
  if (!sign) return tl::unexpected<Error>(sign.error());
  if (*sign > 1) {
    return unusable(root, tag::kPixelRepresentation,
                    fmt::format("PixelRepresentation is {}, and only 0 and 1 are defined", *sign));
  }
  const auto stored = needed(root, tag::kBitsStored);
  if (!stored) return tl::unexpected<Error>(stored.error());
  const unsigned high_bit = root.unsigned_short(tag::kHighBit).value_or(*stored - 1);
  if (*stored == 0 || *stored > *allocated || high_bit != *stored - 1) {
    return unusable(root, tag::kBitsStored,
                    fmt::format("BitsStored {} and HighBit {} do not fit BitsAllocated {}", *stored,
                                high_bit, *allocated));
  }
  if (*stored < *allocated) {
    findings.push_back({FindingCode::DoseBitsStored,
                        fmt::format("The dose values use {} of {} bits.", *stored, *allocated),
                        place(root.file().path(), tag::kBitsStored)});
  }
  return PixelFormat{*allocated / 8, *stored,
                     *sign == 1 ? PixelFormat::Sign::Signed : PixelFormat::Sign::Unsigned};
}

Result<double> read_scaling(const Attributes& root) {
  const auto scaling = root.number(tag::kDoseGridScaling);
  if (!scaling) return tl::unexpected<Error>(scaling.error());
  const std::string where = place(root.file().path(), tag::kDoseGridScaling);
  if (!*scaling) {
    return fail(
        ErrorCode::TagMissing,
        "DoseGridScaling is missing, so stored values cannot be turned into doses_gy; export the "
        "dose again.",
        where);
  }
  if (!(**scaling > 0.0)) {
    return fail(ErrorCode::TagInvalid,
                fmt::format("DoseGridScaling is {} and must be above 0; export the dose again.",
                            shortest(**scaling)),
                where);
  }
  return **scaling;
}

// The element, after making sure that it holds exactly the bytes that the image needs. What the
// file claims is compared before anything is allocated.
Result<DcmElement*> find_pixels(const Attributes& root, const ImageSize& size,
                                std::size_t voxel_bytes) {
  if (root.file().encapsulated()) {
    return unusable(root, tag::kPixelData,
                    fmt::format("The dose is stored in the compressed transfer syntax \"{}\"",
                                root.file().transfer_syntax()));
  }
  DcmElement* pixels = nullptr;
  if (root.item().findAndGetElement(DCM_PixelData, pixels).bad() || pixels->getLength() == 0) {
    return unusable(root, tag::kPixelData,
                    pixels == nullptr ? "There is no PixelData" : "PixelData is empty");
  }
  // Rows and columns have 16 bits and frames 31, so the product fits 64 bits.
  const std::uint64_t expected = static_cast<std::uint64_t>(size.columns) * size.rows *
                                 size.frames * static_cast<std::uint64_t>(voxel_bytes);
  const std::uint64_t length = pixels->getLength();
  if (length != expected && length != expected + 1) {
    return unusable(
        root, tag::kPixelData,
        fmt::format("PixelData holds {} bytes, but {} columns, {} rows and {} frames of {} "
                    "bytes need {}",
                    length, size.columns, size.rows, size.frames, voxel_bytes, expected));
  }
  return pixels;
}

// The stored bits of one value as the number they mean; nullopt if bits above the stored ones are
// set that are no sign extension: then nobody can say which bits were meant.
template <class Stored>
std::optional<Stored> stored_value(std::make_unsigned_t<Stored> bits, unsigned bits_stored) {
  using Bits = std::make_unsigned_t<Stored>;
  const auto unused = static_cast<Bits>(static_cast<Bits>(~Bits{0}) << bits_stored);
  const auto above = static_cast<Bits>(bits & unused);
  const bool negative =
      std::is_signed_v<Stored> && (bits & static_cast<Bits>(Bits{1} << (bits_stored - 1))) != 0;
  if (above != 0 && !(negative && above == unused)) return std::nullopt;
  return static_cast<Stored>(negative ? static_cast<Bits>(bits | unused) : bits);
}

// Appends the doses_gy of a block of stored values; false if one of them has bits that mean
// nothing.
template <class Stored>
bool append_doses(const std::vector<unsigned char>& block, std::size_t bytes,
                  const PixelFormat& format, double scaling, std::vector<double>& doses_gy) {
  using Bits = std::make_unsigned_t<Stored>;
  const bool all_bits = format.bits_stored == 8 * sizeof(Stored);
  // Converted in a small buffer that stays in the cache, and appended as a whole.
  std::array<double, 4096> converted;
  const std::size_t count = bytes / sizeof(Stored);
  for (std::size_t first = 0; first < count; first += converted.size()) {
    const std::size_t n = std::min(converted.size(), count - first);
    const unsigned char* at = block.data() + first * sizeof(Stored);
    for (std::size_t i = 0; i < n; ++i) {
      Bits bits = 0;
      std::memcpy(&bits, at + i * sizeof(Stored), sizeof(Stored));
      if (all_bits) {
        converted[i] = static_cast<double>(static_cast<Stored>(bits)) * scaling;
        continue;
      }
      const std::optional<Stored> value = stored_value<Stored>(bits, format.bits_stored);
      if (!value) return false;
      converted[i] = static_cast<double>(*value) * scaling;
    }
    doses_gy.insert(doses_gy.end(), converted.begin(),
                    converted.begin() + static_cast<std::ptrdiff_t>(n));
  }
  return true;
}

bool append_block(const std::vector<unsigned char>& block, std::size_t bytes,
                  const PixelFormat& format, double scaling, std::vector<double>& doses_gy) {
  const bool is_signed = format.sign == PixelFormat::Sign::Signed;
  if (format.bytes == 2) {
    return is_signed ? append_doses<std::int16_t>(block, bytes, format, scaling, doses_gy)
                     : append_doses<std::uint16_t>(block, bytes, format, scaling, doses_gy);
  }
  return is_signed ? append_doses<std::int32_t>(block, bytes, format, scaling, doses_gy)
                   : append_doses<std::uint32_t>(block, bytes, format, scaling, doses_gy);
}

}  // namespace

Result<std::vector<double>> read_dose_values(const Attributes& root, const ImageSize& size,
                                             Findings& findings) {
  const auto scaling = read_scaling(root);
  if (!scaling) return tl::unexpected<Error>(scaling.error());
  const auto format = read_format(root, findings);
  if (!format) return tl::unexpected<Error>(format.error());
  const auto pixels = find_pixels(root, size, format->bytes);
  if (!pixels) return tl::unexpected<Error>(pixels.error());

  const std::size_t count = size.columns * size.rows * size.frames;
  const std::size_t total = count * format->bytes;
  std::vector<double> doses_gy;
  doses_gy.reserve(count);
  std::vector<unsigned char> block(std::min(total, kBlockBytes));
  DcmFileCache cache;
  for (std::size_t offset = 0; offset < total; offset += block.size()) {
    const std::size_t bytes = std::min(block.size(), total - offset);
    // Words of 16 bits come in the machine's order whatever the file's is, and a value of 32 bits
    // is two of them, the lower first (PS3.5 8.1.1): on a little-endian machine, its bytes in
    // order.
    const OFCondition status =
        (*pixels)->getPartialValue(block.data(), static_cast<Uint32>(offset),
                                   static_cast<Uint32>(bytes), &cache, EBO_LittleEndian);
    if (status.bad()) {
      return unusable(root, tag::kPixelData,
                      fmt::format("PixelData cannot be read ({})", status.text()));
    }
    if (!append_block(block, bytes, *format, *scaling, doses_gy)) {
      return unusable(root, tag::kBitsStored,
                      fmt::format("Dose values use more than the {} bits that BitsStored states",
                                  format->bits_stored));
    }
  }
  return doses_gy;
}

}  // namespace dosegate::dicom
