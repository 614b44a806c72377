#include "geometry/conventions.h"

#include <algorithm>
#include <array>

#include "base/result.h"

namespace dosegate::geometry {
namespace {

constexpr std::string_view kPepin =
    "Pepin et al. 2022, Medical Physics, doi 10.1002/mp.15916 (second hand)";

// clang-format off
constexpr std::array<Convention, 5> kConventions = {{
    {kDefaultConvention, {EndCaps::Half, Interpolation::Slab},
     "Nelms et al. 2015, Medical Physics 42:4435, doi 10.1118/1.4923175: its truth has half-slice "
     "end caps",
     "Each contour stands for the slab that it was drawn on, so nothing is invented between "
     "contours; over the random position of a body among its planes the volume is right on "
     "average."},
    {"as-eclipse", {EndCaps::Rounded, Interpolation::Blend}, kPepin,
     "Approximation of Eclipse 15.5: shape interpolation by blending neighbouring outlines, rounded "
     "end caps by thinning the end outline out."},
    {"as-mim", {EndCaps::Half, Interpolation::Slab}, kPepin,
     "Approximation of MIM 6.9: prisms with half-slice end caps, as Dosegate's own."},
    {"as-proknow", {EndCaps::Capped1_5, Interpolation::Slab}, kPepin,
     "Approximation of ProKnow 1.22: prisms with half-slice end caps of at most 1.5 mm."},
    {"as-raystation", {EndCaps::Half, Interpolation::Blend}, kPepin,
     "Approximation of RayStation 9A: shape interpolation by blending neighbouring outlines, "
     "half-slice end caps."},
}};
// clang-format on

}  // namespace

std::span<const Convention> conventions() {
  return kConventions;
}

std::optional<Convention> find_convention(std::string_view id) {
  const auto* const found = std::find_if(kConventions.begin(), kConventions.end(),
                                         [id](const Convention& c) { return c.id == id; });
  return found == kConventions.end() ? std::nullopt : std::optional<Convention>(*found);
}

std::string_view name_of(EndCaps caps) {
  switch (caps) {
    case EndCaps::Half:
      return "half";
    case EndCaps::None:
      return "none";
    case EndCaps::Capped1_5:
      return "capped1.5";
    case EndCaps::Rounded:
      return "rounded";
  }
  throw InternalError("unknown end caps");
}

std::string_view name_of(Interpolation interpolation) {
  switch (interpolation) {
    case Interpolation::Slab:
      return "slab";
    case Interpolation::Blend:
      return "blend";
    case Interpolation::Cubic:
      return "cubic";
  }
  throw InternalError("unknown interpolation");
}

}  // namespace dosegate::geometry
