using System.Reflection;
using NUnit.Framework;
using UnityEngine;

namespace Omote.Tests
{
    /// <summary>The inspectors' fields against the wire's channels.</summary>
    public sealed class ValuesTests
    {
        [Test]
        public void EveryFieldGoesToTheChannelOfItsName()
        {
            Check(typeof(PoseValues), Layer.Pose);
            Check(typeof(ExpressionValues), Layer.Expression);
            Check(typeof(GazeValues), Layer.Gaze);
            Check(typeof(EmotionValues), Layer.Emotion);
            Check(typeof(ViewValues), Layer.View);
        }

        static void Check(System.Type type, Layer layer)
        {
            FieldInfo[] fields = type.GetFields(BindingFlags.Public | BindingFlags.Instance);
            Channel[] channels = Channels.Of(layer);
            Assert.AreEqual(channels.Length, fields.Length);
            for (int i = 0; i < fields.Length; i++)
            {
                Assert.AreEqual(channels[i].Name, fields[i].Name);
                Assert.IsTrue(fields[i].IsDefined(typeof(RangeAttribute), false));
                object values = System.Activator.CreateInstance(type);
                fields[i].SetValue(values, 0.5f);
                ControlMessage message = Sent(values, layer);
                Assert.AreEqual(channels.Length, message.Count);
                Assert.AreEqual(channels[i].Name, message.NameAt(i));
                bool isAngle = channels[i].Neutral == 0 && layer != Layer.Expression && layer != Layer.Emotion
                    && fields[i].Name.Length > 1;
                Assert.AreEqual(isAngle ? 0.5 * System.Math.PI / 180 : 0.5, message.ValueAt(i), 1e-6);
            }
        }

        [Test]
        public void WhatIsOutOfRangeIsLimitedAndNaNIsNeutral()
        {
            ControlMessage message = Sent(
                new PoseValues { yaw = 1000, pitch = float.NaN, x = float.NegativeInfinity, scale = float.NaN },
                Layer.Pose);
            Assert.AreEqual(1.2, message.ValueAt(0), 1e-9);
            Assert.AreEqual(0, message.ValueAt(1), 1e-9);
            Assert.AreEqual(-1, message.ValueAt(3), 1e-9);
            Assert.AreEqual(1, message.ValueAt(6), 1e-9);
        }

        static ControlMessage Sent(object values, Layer layer)
        {
            var message = new ControlMessage(layer, "test");
            MethodInfo put = values.GetType().GetMethod("PutInto", BindingFlags.NonPublic | BindingFlags.Instance);
            put.Invoke(values, new object[] { message });
            return message;
        }
    }
}
