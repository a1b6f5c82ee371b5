using System;

namespace Omote
{
    /// <summary>A camera's position around the face, in the view layer's terms.</summary>
    public struct View
    {
        /// <summary>Radians, + when the camera is to the subject's left.</summary>
        public double Azimuth;

        /// <summary>Radians, + up.</summary>
        public double Elevation;

        /// <summary>1 = the distance from which the portrait was taken.</summary>
        public double Distance;
    }

    /// <summary>A rotation of the head, in the pose layer's terms.</summary>
    public struct HeadAngles
    {
        /// <summary>Radians: + to the subject's left, + up, + towards the subject's right shoulder.</summary>
        public double Yaw, Pitch, Roll;
    }

    /// <summary>
    /// Converts Unity's axes to Omote's; no other code does.
    /// <para>
    /// Unity is left-handed: +X right, +Y up, +Z forward, and a face that looks along +Z has its left side at -X.
    /// Omote is right-handed with +X to the subject's left. One flip of X takes one to the other: a place
    /// (x, y, z) becomes (-x, y, z), a rotation (x, y, z, w) becomes (x, -y, -z, w).
    /// Must match protocol/osc/rotation.py; drawn in docs/naming.md.
    /// </para>
    /// </summary>
    public static class Coordinates
    {
        /// <summary>Converts a camera's position relative to the face.</summary>
        /// <param name="x">In the face's own Unity axes: +X to its right, any unit.</param>
        /// <param name="y">+Y up.</param>
        /// <param name="z">+Z out of the face.</param>
        /// <param name="portraitDistance">The distance that counts as 1, in the same unit.</param>
        public static View ViewFromUnity(double x, double y, double z, double portraitDistance)
        {
            double flat = Math.Sqrt(x * x + z * z);
            return new View
            {
                Azimuth = Math.Atan2(-x, z),
                Elevation = Math.Atan2(y, flat),
                Distance = portraitDistance > 0 ? Math.Sqrt(flat * flat + y * y) / portraitDistance : 1,
            };
        }

        /// <summary>Converts a head's rotation relative to its body, a quaternion in Unity's axes.</summary>
        public static HeadAngles HeadFromUnity(double x, double y, double z, double w)
        {
            double length = Math.Sqrt(x * x + y * y + z * z + w * w);
            if (!(length > 1e-6)) return new HeadAngles();
            x = x / length;
            y = -y / length;
            z = -z / length;
            w = w / length;
            // R = Ry(yaw) Rx(-pitch) Rz(roll); its third column is the face's forward direction
            double forwardX = 2 * (x * z + w * y);
            double forwardY = 2 * (y * z - w * x);
            double forwardZ = 1 - 2 * (x * x + y * y);
            return new HeadAngles
            {
                Yaw = Math.Atan2(forwardX, forwardZ),
                Pitch = Math.Asin(Math.Max(-1, Math.Min(1, forwardY))),
                Roll = Math.Atan2(2 * (x * y + w * z), 1 - 2 * (x * x + z * z)),
            };
        }
    }
}
