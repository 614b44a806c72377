#include "evaluation/tps_curve.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace dosegate::evaluation {
namespace {

using model::TpsDoseUnit;
using model::TpsDvh;
using model::TpsDvhType;
using model::TpsVolumeUnit;

// A system may interpolate its dose with an overshoot, and calculate it on a finer grid than it
// exports; a DVH that reaches further above the grid's highest value than this is in another unit.
constexpr double kAboveGrid = 1.1;
// Which statistics belong to a curve: its maximum to within one and a half bins (the curve ends
// somewhere in its last bin, and the axis is not known to half a bin) and a thousandth of the dose.
constexpr double kMaximum_bins = 1.5;
constexpr double kMaximumShare = 1e-3;
constexpr double kPerCent = 0.01;

constexpr TpsDoseAxis kAxes[] = {TpsDoseAxis::Lower, TpsDoseAxis::Centre, TpsDoseAxis::Upper};

// A DVH on its way: bins in Gy, and the volume of each bin's share.
struct Draft {
  const TpsDvh* dvh = nullptr;
  std::size_t index = 0;
  double to_gy = 1.0;              // its dose unit
  std::vector<double> volumes_cc;  // cumulative at each bin, or percent where the file has percent
  std::size_t last = 0;            // the last bin that holds volume
  double last_edge = 0.0;          // lower edge of that bin, unit: the DVH's dose unit
  bool stated = false;             // its statistics belong to it
  double stated_to_gy = 1.0;

  [[nodiscard]] double reach_gy() const { return last_edge * to_gy; }
  [[nodiscard]] double last_width_gy() const { return dvh->bin_widths[last] * to_gy; }
};

// Volume with at least the lower edge's dose of each bin, whatever the histogram is. False for a
// natural histogram with volume at dose 0, where u is infinite.
bool cumulate(const TpsDvh& dvh, std::vector<double>& cumulative_cc) {
  cumulative_cc = dvh.bin_volumes;
  if (dvh.type == TpsDvhType::Cumulative) return true;
  if (dvh.type == TpsDvhType::Natural) {
    const auto u = [](double x) { return std::pow(x, -1.5); };
    double edge = 0.0;
    for (std::size_t i = 0; i < cumulative_cc.size(); ++i) {
      const double next = edge + dvh.bin_widths[i];
      if (cumulative_cc[i] > 0.0) cumulative_cc[i] *= u(edge) - u(next);
      edge = next;
    }
  }
  for (std::size_t i = cumulative_cc.size() - 1; i-- > 0;) cumulative_cc[i] += cumulative_cc[i + 1];
  return std::isfinite(cumulative_cc.front()) && cumulative_cc.front() > 0.0;
}

class Reader {
 public:
  Reader(const model::Dose& dose, std::optional<double> prescription_gy)
      : dose_(dose), prescription_gy_(prescription_gy) {}

  TpsCurves run() {
    for (std::size_t i = 0; i < dose_.tps_dvhs.curves.size(); ++i) add(i);
    settle_relative();
    if (!settle_scale()) drafts_.clear();
    settle_statistics();
    settle_axis();
    for (const Draft& draft : drafts_) out_.curves.push_back(finished(draft));
    return std::move(out_);
  }

 private:
  void add(std::size_t index) {
    Draft draft;
    draft.dvh = &dose_.tps_dvhs.curves[index];
    draft.index = index;
    if (!cumulate(*draft.dvh, draft.volumes_cc)) {
      note(FindingCode::TpsDvhUnusable,
           fmt::format("The planning system's DVH of ROI {} was left out: it is NATURAL, and no "
                       "volume follows from it.",
                       roi(draft)));
      return;
    }
    double edge = 0.0;
    for (std::size_t i = 0; i < draft.volumes_cc.size(); ++i) {
      if (draft.volumes_cc[i] > 0.0) {
        draft.last = i;
        draft.last_edge = edge;
      }
      edge += draft.dvh->bin_widths[i];
    }
    if (draft.dvh->dose_unit == TpsDoseUnit::CentiGy) draft.to_gy = kPerCent;
    drafts_.push_back(std::move(draft));
  }

  // RELATIVE: to DVHNormalizationDoseValue, as a fraction or in percent.
  void settle_relative() {
    const auto relative = [](const Draft& d) { return d.dvh->dose_unit == TpsDoseUnit::Relative; };
    double highest_factor = 0.0;
    for (const Draft& draft : drafts_) {
      if (relative(draft)) highest_factor = std::max(highest_factor, draft.last_edge);
    }
    if (std::none_of(drafts_.begin(), drafts_.end(), relative)) return;
    const std::optional<double> whole_gy = dose_.tps_dvhs.normalization_gy;
    if (!whole_gy) {
      note(FindingCode::TpsDvhUnusable,
           "The planning system's RELATIVE DVHs were left out: DVHNormalizationDoseValue is "
           "missing.");
      std::erase_if(drafts_, relative);
      return;
    }
    const bool percent = highest_factor * *whole_gy > kAboveGrid * dose_.grid.maximum_gy();
    for (Draft& draft : drafts_) {
      if (relative(draft)) draft.to_gy = percent ? kPerCent * *whole_gy : *whole_gy;
    }
    note(FindingCode::TpsDvhDoubtful,
         fmt::format("The doses of the planning system's DVHs are RELATIVE, up to {}; they were "
                     "taken as {} {} Gy.",
                     shortest(highest_factor), percent ? "percent of" : "multiples of",
                     shortest(*whole_gy)));
  }

  // No volume receives more than the grid's highest value: a DVH that says so is in another unit,
  // or of another scale, and then so may be all DVHs of the file.
  bool settle_scale() {
    double highest_gy = 0.0, bin_gy = 0.0;
    for (const Draft& draft : drafts_) {
      if (draft.reach_gy() <= highest_gy) continue;
      highest_gy = draft.reach_gy();
      bin_gy = draft.last_width_gy();
    }
    const double grid_gy = dose_.grid.maximum_gy();
    const auto fits = [&](double factor) {
      return std::isfinite(highest_gy) &&
             factor * highest_gy <= kAboveGrid * grid_gy + factor * bin_gy;
    };
    if (fits(1.0)) return drop_coarse();
    const std::string text = fmt::format(
        "The planning system's DVHs reach {} Gy and the dose's highest value is {} Gy",
        std::isfinite(highest_gy) ? fixed(highest_gy, 2) : "more than 1e308", fixed(grid_gy, 2));
    // The lower bound tells cGy from the DVHs of a course beside the dose of one fraction.
    if (fits(kPerCent) && kPerCent * highest_gy > 0.5 * grid_gy) {
      for (Draft& draft : drafts_) draft.to_gy *= kPerCent;
      note(FindingCode::TpsDvhDoubtful, text + ": they were taken as cGy.");
      return drop_coarse();
    }
    note(FindingCode::TpsDvhUnusable, text + ": their scale is not known, and they were left out.");
    return false;
  }

  // A last bin wider than all dose there is says nothing of where the curve ends.
  bool drop_coarse() {
    const double most_gy = kAboveGrid * dose_.grid.maximum_gy();
    std::erase_if(drafts_, [&](const Draft& draft) {
      if (draft.last_width_gy() <= most_gy) return false;
      note(FindingCode::TpsDvhUnusable,
           fmt::format("The planning system's DVH of ROI {} was left out: its last bin is wider "
                       "than the dose's highest value.",
                       roi(draft)));
      return true;
    });
    return true;
  }

  // A factor to Gy that the statistics may be in, and its name.
  struct Unit {
    std::string name;
    std::optional<double> to_gy;  // absent: the curve's own
  };

  [[nodiscard]] std::vector<Unit> units() const {
    std::vector<Unit> units = {{"their curves' unit", {}}, {"Gy", 1.0}, {"cGy", kPerCent}};
    if (prescription_gy_) {
      units.push_back(
          {fmt::format("percent of the prescription of {} Gy", shortest(*prescription_gy_)),
           kPerCent * *prescription_gy_});
    }
    if (const auto whole_gy = dose_.tps_dvhs.normalization_gy) {
      units.push_back(
          {fmt::format("percent of {} Gy (DVHNormalizationDoseValue)", shortest(*whole_gy)),
           kPerCent * *whole_gy});
    }
    return units;
  }

  // Whether the curve has its stated maximum, or, where none is stated, its stated mean.
  static bool belongs(const Draft& draft, double to_gy) {
    const double middle_gy = draft.reach_gy() + 0.5 * draft.last_width_gy();
    const double slack_gy =
        kMaximum_bins * draft.last_width_gy() + kMaximumShare * draft.reach_gy();
    if (draft.dvh->stated_maximum) {
      return std::abs(*draft.dvh->stated_maximum * to_gy - middle_gy) <= slack_gy;
    }
    return std::abs(*draft.dvh->stated_mean * to_gy -
                    curve_mean_gy(points(draft, TpsDoseAxis::Centre))) <= slack_gy;
  }

  // The unit in which the statistics are those of the curves: the first one that fits all of them,
  // else the curves' own if it fits most.
  void settle_statistics() {
    std::vector<Draft*> known;
    for (Draft& draft : drafts_) {
      if (draft.dvh->stated_maximum || draft.dvh->stated_mean) known.push_back(&draft);
    }
    if (known.empty()) return;
    const std::vector<Unit> candidates = units();
    const Unit* chosen = nullptr;
    for (const Unit& unit : candidates) {
      const auto fits = [&](const Draft* d) { return belongs(*d, unit.to_gy.value_or(d->to_gy)); };
      const auto fitting = std::count_if(known.begin(), known.end(), fits);
      const auto all = std::ssize(known);
      const bool own = &unit == &candidates.front();
      if (fitting != all && !(own && 2 * fitting > all)) continue;
      chosen = &unit;
      for (Draft* draft : known) {
        draft->stated = fits(draft);
        draft->stated_to_gy = unit.to_gy.value_or(draft->to_gy);
      }
      break;
    }
    report_statistics(known, chosen, candidates.front());
  }

  static std::string contradiction(const Draft& draft) {
    const TpsDvh& dvh = *draft.dvh;
    return dvh.stated_maximum
               ? fmt::format("ROI {}: DVHMaximumDose {}, and the curve ends at {} Gy", roi(draft),
                             shortest(*dvh.stated_maximum), fixed(draft.reach_gy(), 2))
               : fmt::format("ROI {}: DVHMeanDose {}, and the curve's mean is {} Gy", roi(draft),
                             shortest(*dvh.stated_mean),
                             fixed(curve_mean_gy(points(draft, TpsDoseAxis::Centre)), 2));
  }

  void report_statistics(const std::vector<Draft*>& known, const Unit* chosen, const Unit& own) {
    const std::string text =
        "The statistics of the planning system's DVHs contradict the curves (" +
        contradiction(*known.front()) + ")";
    if (chosen == nullptr) {
      note(FindingCode::TpsDvhDoubtful, text + ": they were not used.");
    } else if (chosen != &own) {
      note(FindingCode::TpsDvhDoubtful,
           text + ": they agree with all curves as " + chosen->name + ", and were taken so.");
    } else {
      for (const Draft* draft : known) {
        if (draft->stated) continue;
        note(FindingCode::TpsDvhDoubtful,
             "The statistics of one of the planning system's DVHs contradict its curve (" +
                 contradiction(*draft) + "): they were not used.");
      }
    }
  }

  // The axis under which the curves have their stated means; without any, the lower edge: the first
  // volume is the whole, which has at least dose 0.
  void settle_axis() {
    double least = 0.0;
    for (const TpsDoseAxis axis : kAxes) {
      std::vector<double> off_bins;
      for (const Draft& draft : drafts_) {
        if (draft.dvh->type != TpsDvhType::Cumulative || !draft.stated || !draft.dvh->stated_mean) {
          continue;
        }
        off_bins.push_back(std::abs(mean_off_gy(draft, axis)) / bin_gy(draft));
      }
      if (off_bins.empty()) return;
      const auto middle = off_bins.begin() + static_cast<std::ptrdiff_t>(off_bins.size() / 2);
      std::nth_element(off_bins.begin(), middle, off_bins.end());
      if (axis == kAxes[0] || *middle < least) {
        least = *middle;
        out_.axis = axis;
      }
    }
  }

  // The means' distance under the upper and the lower axis: the width of bins that are equal.
  static double bin_gy(const Draft& draft) {
    return curve_mean_gy(points(draft, TpsDoseAxis::Upper)) -
           curve_mean_gy(points(draft, TpsDoseAxis::Lower));
  }
  static double mean_off_gy(const Draft& draft, TpsDoseAxis axis) {
    return curve_mean_gy(points(draft, axis)) - *draft.dvh->stated_mean * draft.stated_to_gy;
  }

  static TpsCurve points(const Draft& draft, TpsDoseAxis axis) {
    const bool bins = draft.dvh->type == TpsDvhType::Cumulative;
    const double part = !bins || axis == TpsDoseAxis::Lower ? 0.0
                        : axis == TpsDoseAxis::Centre       ? 0.5
                                                            : 1.0;
    TpsCurve curve;
    curve.index = draft.index;
    double edge = 0.0;
    const double whole_cc = draft.volumes_cc.front();
    const auto add = [&](double at, double volume_cc) {
      curve.dose_gy.push_back(at * draft.to_gy);
      curve.share.push_back(volume_cc / whole_cc);
    };
    curve.begins_gy = part * draft.dvh->bin_widths.front() * draft.to_gy;
    if (part > 0.0) add(0.0, whole_cc);
    for (std::size_t i = 0; i <= draft.last; ++i) {
      add(edge + part * draft.dvh->bin_widths[i], draft.volumes_cc[i]);
      edge += draft.dvh->bin_widths[i];
    }
    curve.curve_maximum_gy = curve.dose_gy.back();
    // The bin after the last that holds volume: as wide as that one, should there be none.
    add(edge + part * draft.dvh->bin_widths[draft.last], 0.0);
    return curve;
  }

  // Area under the curve.
  static double curve_mean_gy(const TpsCurve& curve) {
    double sum = 0.0;
    for (std::size_t i = 0; i + 1 < curve.dose_gy.size(); ++i) {
      sum +=
          0.5 * (curve.share[i] + curve.share[i + 1]) * (curve.dose_gy[i + 1] - curve.dose_gy[i]);
    }
    return sum;
  }

  TpsCurve finished(const Draft& draft) {
    TpsCurve curve = points(draft, out_.axis);
    curve.curve_mean_gy = curve_mean_gy(curve);
    if (draft.dvh->volume_unit != TpsVolumeUnit::Percent) {
      curve.volume_cc = draft.volumes_cc.front();
    } else if (std::abs(draft.volumes_cc.front() - 100.0) > 1.0) {
      note(FindingCode::TpsDvhDoubtful,
           fmt::format("The planning system's DVH of ROI {} is in PERCENT and begins at {}; it was "
                       "taken as the whole structure.",
                       roi(draft), shortest(draft.volumes_cc.front())));
    }
    if (!draft.stated) return curve;
    if (draft.dvh->stated_maximum) {
      curve.stated_maximum_gy = *draft.dvh->stated_maximum * draft.stated_to_gy;
    }
    if (!draft.dvh->stated_mean) return curve;
    const double stated_gy = *draft.dvh->stated_mean * draft.stated_to_gy;
    // The axes lie half a bin apart, so the mean of a curve is off by no more than a quarter.
    if (std::abs(curve.curve_mean_gy - stated_gy) <= 0.25 * bin_gy(draft)) {
      curve.stated_mean_gy = stated_gy;
    } else {
      note(FindingCode::TpsDvhDoubtful,
           fmt::format("DVHMeanDose of the planning system's DVH of ROI {} is {} Gy, and its curve "
                       "has a mean of {} Gy: the curve was used.",
                       roi(draft), fixed(stated_gy, 4), fixed(curve.curve_mean_gy, 4)));
    }
    return curve;
  }

  static int roi(const Draft& draft) { return draft.dvh->contributions.front().roi_number; }
  void note(FindingCode code, std::string text) {
    out_.findings.push_back({code, std::move(text), printable(dose_.source)});
  }

  const model::Dose& dose_;
  std::optional<double> prescription_gy_;
  std::vector<Draft> drafts_;
  TpsCurves out_;
};

}  // namespace

std::string_view to_text(TpsDoseAxis axis) {
  switch (axis) {
    case TpsDoseAxis::Lower:
      return "lower edge";
    case TpsDoseAxis::Centre:
      return "centre";
    case TpsDoseAxis::Upper:
      return "upper edge";
  }
  throw InternalError("unknown dose axis");
}

double TpsCurve::share_at(double at_gy) const {
  const auto above = std::lower_bound(dose_gy.begin(), dose_gy.end(), at_gy);
  if (above == dose_gy.end()) return 0.0;
  const auto i = static_cast<std::size_t>(above - dose_gy.begin());
  if (i == 0 || dose_gy[i] == at_gy) return share[i];
  const double part = (at_gy - dose_gy[i - 1]) / (dose_gy[i] - dose_gy[i - 1]);
  return share[i - 1] + (share[i] - share[i - 1]) * part;
}

double TpsCurve::hottest_gy(double of_share) const {
  const auto below =
      std::partition_point(share.begin(), share.end(), [&](double s) { return s >= of_share; });
  const auto i = static_cast<std::size_t>(below - share.begin());
  require(i > 0 && i < share.size(), "the dose of a share that no DVH has");
  const double part = (share[i - 1] - of_share) / (share[i - 1] - share[i]);
  return dose_gy[i - 1] + (dose_gy[i] - dose_gy[i - 1]) * part;
}

TpsCurves read_tps_curves(const model::Dose& dose, std::optional<double> prescription_gy) {
  return Reader(dose, prescription_gy).run();
}

}  // namespace dosegate::evaluation
