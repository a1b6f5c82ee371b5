using NUnit.Framework;

namespace Omote.Tests
{
    public sealed class MessagePackTests
    {
        [TestCase(0L)]
        [TestCase(127L)]
        [TestCase(128L)]
        [TestCase(65535L)]
        [TestCase(65536L)]
        [TestCase(4294967296L)]
        [TestCase(long.MaxValue)]
        [TestCase(-1L)]
        [TestCase(-33L)]
        [TestCase(-129L)]
        [TestCase(-32769L)]
        [TestCase(long.MinValue)]
        public void AnIntegerComesBack(long value)
        {
            var writer = new MessagePackWriter();
            writer.WriteInteger(value);
            Assert.AreEqual(value, ReaderOf(writer).ReadInteger());
        }

        [TestCase(0)]
        [TestCase(31)]
        [TestCase(32)]
        [TestCase(255)]
        [TestCase(256)]
        [TestCase(65536)]
        public void AStringComesBack(int length)
        {
            string text = new string('面', length);
            var writer = new MessagePackWriter();
            writer.WriteString(text);
            Assert.AreEqual(text, ReaderOf(writer).ReadString());
        }

        [Test]
        public void ALengthThatIsNotThereIsRefused()
        {
            foreach (byte kind in new byte[] { 0xDB, 0xDD, 0xDF, 0xC6 })
            {
                var reader = new MessagePackReader();
                reader.Reset(new byte[] { kind, 0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3 }, 0, 8);
                Assert.Throws<ProtocolException>(() => reader.Skip());
            }
        }

        [Test]
        public void DeepNestingIsRefused()
        {
            var bytes = new byte[10000];
            for (int i = 0; i < bytes.Length; i++) bytes[i] = 0x91;
            var reader = new MessagePackReader();
            reader.Reset(bytes, 0, bytes.Length);
            Assert.Throws<ProtocolException>(() => reader.Skip());
        }

        [Test]
        public void EveryKindOfValueIsSkippedWhole()
        {
            byte[][] values =
            {
                new byte[] { 0xC0 }, new byte[] { 0xC3 }, new byte[] { 0x7F }, new byte[] { 0xE0 },
                new byte[] { 0xCC, 1 }, new byte[] { 0xD1, 1, 2 }, new byte[] { 0xCE, 1, 2, 3, 4 },
                new byte[] { 0xCA, 1, 2, 3, 4 }, new byte[] { 0xCB, 1, 2, 3, 4, 5, 6, 7, 8 },
                new byte[] { 0xD3, 1, 2, 3, 4, 5, 6, 7, 8 }, new byte[] { 0xA2, 65, 66 },
                new byte[] { 0xD9, 1, 65 }, new byte[] { 0xC4, 2, 1, 2 }, new byte[] { 0x92, 1, 2 },
                new byte[] { 0xDC, 0, 1, 0x90 }, new byte[] { 0x81, 1, 0xA1, 65 }, new byte[] { 0xD4, 5, 1 },
                new byte[] { 0xD6, 5, 1, 2, 3, 4 }, new byte[] { 0xC7, 2, 5, 1, 2 },
            };
            foreach (byte[] value in values)
            {
                var reader = new MessagePackReader();
                reader.Reset(value, 0, value.Length);
                reader.Skip();
                Assert.IsTrue(reader.IsAtEnd);
            }
        }

        static MessagePackReader ReaderOf(MessagePackWriter writer)
        {
            var reader = new MessagePackReader();
            reader.Reset(writer.Buffer, 0, writer.Length);
            return reader;
        }
    }
}
