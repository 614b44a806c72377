#include "memory_arrays.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/text.h"
#include "wall.h"

namespace dosegate::plugin {
namespace {

using geometry::VoxelBlock;

// Beyond these nothing is a lattice in a patient; the first also keeps every product far from overflow.
constexpr std::uint64_t kMostVoxels = std::uint64_t{1} << 32;
constexpr double kLargestPosition_mm = 1e5;
constexpr double kLargestSpacing_mm = 1e3;
constexpr double kOrthonormal = 1e-6;  // as model::DoseGrid asks for
constexpr double kCentigrayPerGray = 100.0;

// A number of the host's for a sentence: it may be none.
std::string shown(double value) {
  return std::isfinite(value) ? shortest(value) : std::isnan(value) ? "NaN" : "infinite";
}

[[noreturn]] void refuse_lattice(const std::string& what, const std::string& why) {
  refuse(Error{ErrorCode::GridInvalid, what + " " + why, {}});
}

[[noreturn]] void refuse_array(const std::string& text) {
  refuse(Error{ErrorCode::ArgumentInvalid, text, {}});
}

template <class T>
T read_as(const unsigned char* at) {
  T value;  // may stand unaligned in the host's memory
  std::memcpy(&value, at, sizeof value);
  return value;
}

double read_number(const unsigned char* at, std::int32_t element) {
  switch (element) {
    case DOSEGATE_F32:
      return static_cast<double>(read_as<float>(at));
    case DOSEGATE_F64:
      return read_as<double>(at);
    case DOSEGATE_U16:
      return static_cast<double>(read_as<std::uint16_t>(at));
    case DOSEGATE_U32:
      return static_cast<double>(read_as<std::uint32_t>(at));
    default:
      throw InternalError("an element that was not checked");
  }
}

std::size_t bytes_of(std::int32_t element) {
  switch (element) {
    case DOSEGATE_U16:
      return 2;
    case DOSEGATE_F32:
    case DOSEGATE_U32:
      return 4;
    case DOSEGATE_F64:
    case DOSEGATE_U64:
      return 8;
    default:
      return 0;
  }
}

// The block from one voxel to another, both in it, with nothing inside yet.
class BlockBounds {
 public:
  void add(std::size_t i, std::size_t j, std::size_t k) {
    const VoxelCounts at = {i, j, k};
    for (std::size_t a = 0; a < 3; ++a) {
      low_[a] = std::min(low_[a], at[a]);
      high_[a] = std::max(high_[a], at[a]);
    }
  }

  [[nodiscard]] VoxelBlock block(const std::string& what) const {
    if (low_[0] > high_[0]) {
      refuse(Error{
          ErrorCode::RegionEmpty,
          what + " has no voxel inside; hand over what was not drawn as contours, without any.",
          {}});
    }
    VoxelBlock block;
    block.first = low_;
    for (std::size_t a = 0; a < 3; ++a) block.size[a] = high_[a] - low_[a] + 1;
    block.inside.assign(block.size[0] * block.size[1] * block.size[2], 0);
    return block;
  }

 private:
  static constexpr std::size_t kFar = std::numeric_limits<std::size_t>::max();
  VoxelCounts low_ = {kFar, kFar, kFar}, high_ = {0, 0, 0};
};

void put_inside(VoxelBlock& block, std::size_t i, std::size_t j, std::size_t k) {
  const auto& [i0, j0, k0] = block.first;
  block.inside[(i - i0) + block.size[0] * ((j - j0) + block.size[1] * (k - k0))] = 1;
}

// A list's number as the place in the lattice, from 0 on.
std::size_t place_in(const dosegate_voxel_list& in, std::size_t n, const HostLattice& lattice,
                     const std::string& what) {
  const unsigned char* at =
      static_cast<const unsigned char*>(in.indices) + n * bytes_of(in.element);
  const auto count = static_cast<std::uint64_t>(lattice.count());
  const auto first = static_cast<std::uint64_t>(in.first_index);
  std::uint64_t index = 0;
  std::string text;
  bool good = true;
  if (in.element == DOSEGATE_F64) {
    const double value = read_as<double>(at);
    good = value >= 0.0 && value <= static_cast<double>(kMostVoxels) && std::floor(value) == value;
    if (good) index = static_cast<std::uint64_t>(value);
    text = shown(value);
  } else {
    index = in.element == DOSEGATE_U32 ? read_as<std::uint32_t>(at) : read_as<std::uint64_t>(at);
    text = std::to_string(index);
  }
  if (!good || index < first || index - first >= count) {
    refuse_array(
        fmt::format("{}: number {} of the list is {}, and the lattice has the voxels {} to "
                    "{}; look at first_index and size.",
                    what, n, text, first, first + count - 1));
  }
  return static_cast<std::size_t>(index - first);
}

}  // namespace

HostLattice lattice_of(const dosegate_lattice& in, const std::string& what) {
  HostLattice lattice;
  std::uint64_t count = 1;
  for (std::size_t a = 0; a < 3; ++a) {
    if (in.size[a] == 0) refuse_lattice(what, "has an axis without voxels.");
    if (in.size[a] > kMostVoxels / count) {
      refuse_lattice(what,
                     fmt::format("has {} x {} x {} voxels, more than the {} that can be taken.",
                                 in.size[0], in.size[1], in.size[2], kMostVoxels));
    }
    count *= in.size[a];
    lattice.size[a] = static_cast<std::size_t>(in.size[a]);
  }
  for (int a = 0; a < 3; ++a) {
    if (!(std::abs(in.origin_mm[a]) <= kLargestPosition_mm)) {
      refuse_lattice(what,
                     fmt::format("has its first voxel at {} mm, which is no place in a patient.",
                                 shown(in.origin_mm[a])));
    }
    if (!(in.spacing_mm[a] > 0.0 && in.spacing_mm[a] <= kLargestSpacing_mm)) {
      refuse_lattice(
          what,
          fmt::format("has a spacing of {} mm along axis {}; it must be above 0 and at most {} "
                      "mm (an axis that runs the other way has another direction).",
                      shown(in.spacing_mm[a]), a, shortest(kLargestSpacing_mm)));
    }
    lattice.place.origin[a] = in.origin_mm[a];
    lattice.place.spacing_mm[a] = in.spacing_mm[a];
    for (int c = 0; c < 3; ++c) lattice.place.axes(c, a) = in.direction[3 * a + c];
  }
  const model::Mat3& axes = lattice.place.axes;
  if (!axes.allFinite() || !(axes.transpose() * axes).isIdentity(kOrthonormal)) {
    refuse_lattice(what, "has directions that are not three unit vectors at right angles.");
  }
  return lattice;
}

model::GridGeometry grid_geometry(const HostLattice& lattice) {
  model::GridGeometry geometry;
  geometry.origin = lattice.place.origin;
  geometry.axes = lattice.place.axes;
  for (std::size_t a = 0; a < 3; ++a) {
    const double spacing_mm = lattice.place.spacing_mm[static_cast<int>(a)];
    for (std::size_t i = 0; i < lattice.size[a]; ++i) {
      geometry.positions_mm[a].push_back(static_cast<double>(i) * spacing_mm);
    }
    geometry.single_depth_mm[a] = spacing_mm;
  }
  return geometry;
}

VoxelArray::VoxelArray(const void* values, std::uint64_t byte_count,
                       const std::uint64_t (&stride_bytes)[3], const HostLattice& lattice,
                       std::size_t element_bytes, const std::string& what)
    : first_(static_cast<const unsigned char*>(values)) {
  require_argument(values != nullptr, "The voxels are NULL.");
  const bool packed = stride_bytes[0] == 0 && stride_bytes[1] == 0 && stride_bytes[2] == 0;
  if (packed) {
    stride_ = {element_bytes, element_bytes * lattice.size[0],
               element_bytes * lattice.size[0] * lattice.size[1]};
    const std::uint64_t needed = stride_[2] * lattice.size[2];
    if (byte_count == needed) return;
    refuse_array(fmt::format(
        "{}: {} x {} x {} voxels of {} bytes are {} bytes, and byte_count is {}.", what,
        lattice.size[0], lattice.size[1], lattice.size[2], element_bytes, needed, byte_count));
  }
  std::uint64_t left = byte_count;
  const auto take = [&](std::uint64_t steps, std::uint64_t stride) {
    if (stride != 0 && steps > left / stride) return false;
    left -= steps * stride;
    return true;
  };
  bool fits = take(1, element_bytes);
  for (std::size_t a = 0; a < 3; ++a) {
    stride_[a] = stride_bytes[a];
    if (lattice.size[a] > 1 && stride_[a] < element_bytes) {
      refuse_array(fmt::format("{}: a stride of {} bytes along axis {} is less than a voxel.", what,
                               stride_[a], a));
    }
    fits = fits && take(lattice.size[a] - 1, stride_[a]);
  }
  if (!fits) {
    refuse_array(
        fmt::format("{}: the last voxel lies beyond the {} bytes of byte_count; look at size "
                    "and stride_bytes.",
                    what, byte_count));
  }
}

std::vector<double> dose_values_gy(const dosegate_new_dose& in, const HostLattice& lattice) {
  const std::string what = "The dose";
  if (in.unit != DOSEGATE_UNIT_GY && in.unit != DOSEGATE_UNIT_CGY) {
    refuse(Error{ErrorCode::DoseUnitsUnusable,
                 "The unit of the dose is not stated; say whether it is Gy or cGy.",
                 {}});
  }
  require_argument(bytes_of(in.element) != 0 && in.element != DOSEGATE_U64,
                   "The dose's element is none of F32, F64, U16 and U32.");
  require_argument(std::isfinite(in.scale) && in.scale > 0.0,
                   "The dose's scale must be above 0; it is 1 where the values are the dose.");
  require_argument(std::isfinite(in.offset), "The dose's offset is not a finite number.");
  const VoxelArray voxels(in.values, in.byte_count, in.stride_bytes, lattice, bytes_of(in.element),
                          what);
  const double per_gray = in.unit == DOSEGATE_UNIT_CGY ? kCentigrayPerGray : 1.0;
  std::vector<double> values_gy;
  values_gy.reserve(lattice.count());
  for (std::size_t k = 0; k < lattice.size[2]; ++k) {
    for (std::size_t j = 0; j < lattice.size[1]; ++j) {
      for (std::size_t i = 0; i < lattice.size[0]; ++i) {
        const double value = read_number(voxels.at(i, j, k), in.element);
        values_gy.push_back((value * in.scale + in.offset) / per_gray);
      }
    }
  }
  return values_gy;
}

VoxelBlock block_of(const dosegate_mask& in, const HostLattice& lattice, const std::string& what) {
  const VoxelArray voxels(in.voxels, in.byte_count, in.stride_bytes, lattice, 1, what);
  const auto each_inside = [&](const auto& take) {
    for (std::size_t k = 0; k < lattice.size[2]; ++k) {
      for (std::size_t j = 0; j < lattice.size[1]; ++j) {
        for (std::size_t i = 0; i < lattice.size[0]; ++i) {
          if (*voxels.at(i, j, k) != 0) take(i, j, k);
        }
      }
    }
  };
  BlockBounds bounds;
  each_inside([&](std::size_t i, std::size_t j, std::size_t k) { bounds.add(i, j, k); });
  VoxelBlock block = bounds.block(what);
  each_inside([&](std::size_t i, std::size_t j, std::size_t k) { put_inside(block, i, j, k); });
  return block;
}

VoxelBlock block_of(const dosegate_voxel_list& in, const HostLattice& lattice,
                    const std::string& what) {
  require_argument(in.indices != nullptr || in.index_count == 0, "The list of voxels is NULL.");
  require_argument(
      in.element == DOSEGATE_U32 || in.element == DOSEGATE_U64 || in.element == DOSEGATE_F64,
      "The list's element is none of U32, U64 and F64.");
  require_argument(in.first_index == 0 || in.first_index == 1, "first_index is neither 0 nor 1.");
  const auto each_inside = [&](const auto& take) {
    for (std::size_t n = 0; n < in.index_count; ++n) {
      const std::size_t place = place_in(in, n, lattice, what);
      take(place % lattice.size[0], place / lattice.size[0] % lattice.size[1],
           place / lattice.size[0] / lattice.size[1]);
    }
  };
  BlockBounds bounds;
  each_inside([&](std::size_t i, std::size_t j, std::size_t k) { bounds.add(i, j, k); });
  VoxelBlock block = bounds.block(what);
  each_inside([&](std::size_t i, std::size_t j, std::size_t k) { put_inside(block, i, j, k); });
  return block;
}

}  // namespace dosegate::plugin
