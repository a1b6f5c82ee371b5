using System;
using NUnit.Framework;

namespace Omote.Tests
{
    public sealed class AddressTests
    {
        [Test]
        public void AnAddressHasNumbers()
        {
            Assert.AreEqual("127.0.0.1:5572", Address.Parse(Ports.PublishAddress, "tcp").ToString());
            Assert.AreEqual("127.0.0.1:9570", Address.Parse("udp://localhost:9570", "udp").ToString());
            Assert.AreEqual("[::1]:5572", Address.Parse("tcp://[::1]:5572", "tcp").ToString());
        }

        [TestCase(null)]
        [TestCase("")]
        [TestCase("127.0.0.1:5572")]
        [TestCase("tcp://example.org:5572")]
        [TestCase("tcp://127.0.0.1")]
        [TestCase("tcp://127.0.0.1:0")]
        [TestCase("tcp://127.0.0.1:70000")]
        [TestCase("udp://127.0.0.1:5572")]
        public void WhatIsNoneIsRefusedWithAnExample(string text)
        {
            var error = Assert.Throws<ArgumentException>(() => Address.Parse(text, "tcp"));
            Assert.IsTrue(error.Message.Contains("tcp://127.0.0.1"));
        }
    }
}
