#include "dvh/fine_axis.h"

#include <algorithm>
#include <cmath>

namespace dosegate::dvh {

void FineAxis::finish() {
  cells_per_mm = static_cast<double>(cells()) / (nodes.back() - nodes.front());
}

FineAxis refine(const std::vector<double>& lattice, double lo, double hi, double cell_mm) {
  FineAxis fine;
  if (hi <= lattice.front() || lo >= lattice.back()) return fine;
  const auto first = std::upper_bound(lattice.begin(), lattice.end(), lo) - lattice.begin();
  std::size_t i = static_cast<std::size_t>(std::max<std::ptrdiff_t>(first - 1, 0));
  for (; i + 1 < lattice.size() && lattice[i] < hi; ++i) {
    const double length = lattice[i + 1] - lattice[i];
    const auto pieces = static_cast<std::size_t>(std::max(1.0, std::round(length / cell_mm)));
    for (std::size_t k = 0; k < pieces; ++k) {
      const double part = static_cast<double>(k) / static_cast<double>(pieces);
      fine.nodes.push_back(lattice[i] + length * part);
      fine.base.push_back(i);
      fine.part.push_back(part);
    }
  }
  fine.nodes.push_back(lattice[i]);
  fine.base.push_back(i - 1);
  fine.part.push_back(1.0);
  fine.cells_are_lattice = fine.base.back() - fine.base.front() + 1 == fine.cells();
  fine.finish();
  return fine;
}

void subdivide(const FineAxis& axis, std::size_t begin, std::size_t end, std::size_t pieces,
               FineAxis& fine) {
  fine.nodes.clear();
  fine.base.clear();
  fine.part.clear();
  for (std::size_t i = begin; i < end; ++i) {
    const double length = axis.nodes[i + 1] - axis.nodes[i];
    // The end node of a lattice cell belongs to the next one, where its part is 0: here it is 1.
    const double end_part = axis.base[i + 1] == axis.base[i] ? axis.part[i + 1] : 1.0;
    for (std::size_t k = 0; k < pieces; ++k) {
      const double t = static_cast<double>(k) / static_cast<double>(pieces);
      fine.nodes.push_back(axis.nodes[i] + length * t);
      fine.base.push_back(axis.base[i]);
      fine.part.push_back(axis.part[i] + (end_part - axis.part[i]) * t);
    }
  }
  fine.nodes.push_back(axis.nodes[end]);
  fine.base.push_back(axis.base[end - 1]);
  fine.part.push_back(axis.base[end] == axis.base[end - 1] ? axis.part[end] : 1.0);
  fine.finish();
}

}  // namespace dosegate::dvh
