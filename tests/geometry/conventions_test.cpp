#include "geometry/conventions.h"

#include <gtest/gtest.h>

#include <set>

namespace dosegate::geometry {
namespace {

TEST(Conventions, AreWhatTheirSourceSaysOfEachSystem) {
  // Pepin 2022: Eclipse and RayStation interpolate shape, the others use prisms; caps are rounded in
  // Eclipse, half a slice but at most 1.5 mm in ProKnow, half a slice in the others.
  const auto reading = [](std::string_view id) { return find_convention(id)->reading; };
  EXPECT_EQ(reading("dosegate"), (Reading{EndCaps::Half, Interpolation::Slab}));
  EXPECT_EQ(reading("as-eclipse"), (Reading{EndCaps::Rounded, Interpolation::Blend}));
  EXPECT_EQ(reading("as-mim"), (Reading{EndCaps::Half, Interpolation::Slab}));
  EXPECT_EQ(reading("as-proknow"), (Reading{EndCaps::Capped1_5, Interpolation::Slab}));
  EXPECT_EQ(reading("as-raystation"), (Reading{EndCaps::Half, Interpolation::Blend}));
}

TEST(Conventions, OfOtherSystemsSayThatTheyAreApproximationsAndWhose) {
  ASSERT_EQ(conventions().front().id, kDefaultConvention);
  EXPECT_EQ(conventions().front().reading, Reading{});
  std::set<std::string_view> ids;
  for (const Convention& c : conventions()) {
    EXPECT_TRUE(ids.insert(c.id).second) << c.id;
    EXPECT_NE(c.id, kCustomConvention);
    EXPECT_FALSE(c.source.empty()) << c.id;
    if (c.id != kDefaultConvention) {
      EXPECT_EQ(c.note.find("Approximation of "), 0U) << c.id;
    }
  }
}

TEST(Conventions, UnknownIdsAreNone) {
  EXPECT_FALSE(find_convention("").has_value());
  EXPECT_FALSE(find_convention("as-pinnacle").has_value());
  EXPECT_FALSE(find_convention("DOSEGATE").has_value());
}

}  // namespace
}  // namespace dosegate::geometry
