// Where a camera stands around a face, as the view layer wants it.

#pragma once

#include <cmath>

namespace omote {

struct View {
  float azimuth;    // radians, + when the camera moves to the subject's left
  float elevation;  // radians, + up
  float distance;   // 1 = the distance from which the portrait was taken
};

// A camera's position in the face's space, in Unreal's axes: +X out of the face, +Y to the subject's right,
// +Z up. `portrait_distance` is the distance that counts as 1, in the same unit.
inline View view_from_unreal(double x, double y, double z, double portrait_distance) {
  const double flat = std::hypot(x, y);
  const double far = std::hypot(flat, z);
  return {static_cast<float>(std::atan2(-y, x)), static_cast<float>(std::atan2(z, flat)),
          static_cast<float>(portrait_distance > 0.0 ? far / portrait_distance : 1.0)};
}

}  // namespace omote
