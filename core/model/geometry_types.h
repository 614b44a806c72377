// Points and directions. Everything in the model is in the DICOM patient coordinate system (LPS: x
// to the patient's left, y to the back, z to the head), in millimetres.
#pragma once

#include <Eigen/Core>
#include <Eigen/Geometry>

namespace dosegate::model {

using Vec2 = Eigen::Vector2d;
using Vec3 = Eigen::Vector3d;
using Mat3 = Eigen::Matrix3d;

}  // namespace dosegate::model
