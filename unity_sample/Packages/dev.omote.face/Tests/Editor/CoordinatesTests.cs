using System;
using NUnit.Framework;

namespace Omote.Tests
{
    public sealed class CoordinatesTests
    {
        const double Close = 1e-9;

        [Test]
        public void ACameraBeforeTheFaceIsAtZero()
        {
            View view = Coordinates.ViewFromUnity(0, 0, 2, 2);
            Assert.AreEqual(0, view.Azimuth, Close);
            Assert.AreEqual(0, view.Elevation, Close);
            Assert.AreEqual(1, view.Distance, Close);
        }

        [Test]
        public void ACameraAtTheFacesLeftIsAtMinusXInUnity()
        {
            View view = Coordinates.ViewFromUnity(-1, 0, 1, 1);
            Assert.AreEqual(Math.PI / 4, view.Azimuth, Close);
        }

        [Test]
        public void ACameraAboveIsElevated()
        {
            View view = Coordinates.ViewFromUnity(0, 1, 1, 1);
            Assert.AreEqual(Math.PI / 4, view.Elevation, Close);
            Assert.AreEqual(Math.Sqrt(2), view.Distance, Close);
        }

        [Test]
        public void ATurnToTheLeftIsAPositiveYaw()
        {
            // in Unity a positive turn about +Y goes towards +X, which is the face's right
            HeadAngles head = Coordinates.HeadFromUnity(0, Math.Sin(-0.2), 0, Math.Cos(-0.2));
            Assert.AreEqual(0.4, head.Yaw, Close);
            Assert.AreEqual(0, head.Pitch, Close);
            Assert.AreEqual(0, head.Roll, Close);
        }

        [Test]
        public void LookingUpIsAPositivePitch()
        {
            // a positive turn about +X brings the nose down
            HeadAngles head = Coordinates.HeadFromUnity(Math.Sin(-0.15), 0, 0, Math.Cos(-0.15));
            Assert.AreEqual(0.3, head.Pitch, Close);
        }

        [Test]
        public void NoRotationAtAllIsNone()
        {
            HeadAngles head = Coordinates.HeadFromUnity(0, 0, 0, 0);
            Assert.AreEqual(0, head.Yaw, Close);
        }
    }
}
