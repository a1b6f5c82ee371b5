using System;

namespace Omote
{
    /// <summary>How a driver's values combine with those of other drivers.</summary>
    public enum DriverMode
    {
        /// <summary>The highest priority owns the channel.</summary>
        Set,

        /// <summary>Is added to the owner's value.</summary>
        Add,
    }

    /// <summary>
    /// One driver's values for one layer. Create it once and reuse it: <see cref="Clear"/>, <see cref="Set"/>, send.
    /// Must match protocol/messages.py.
    /// </summary>
    public sealed class ControlMessage
    {
        static readonly string[] Keys =
        {
            "type", "layer", "source", "values", "mode", "weight", "priority", "ttl_s", "sequence", "capture_time_ns",
        };

        string[] _names = new string[8];
        double[] _values = new double[8];

        /// <param name="source">The driver's id, 1 to 64 characters; it owns channels under this name.</param>
        public ControlMessage(Layer layer, string source)
        {
            Layer = layer;
            Source = source;
        }

        public Layer Layer { get; }

        public string Source { get; }

        public DriverMode Mode { get; set; }

        /// <summary>0 to 1: blend weight over lower priorities; on emotion also the strength of the emotion filter.</summary>
        public double Weight { get; set; } = 1.0;

        /// <summary>-1000 to 1000; the highest wins; among equals, the driver that started last.</summary>
        public int Priority { get; set; }

        /// <summary>Seconds until the driver loses the channels unless it sends again, 0.05 to 60.</summary>
        public double TtlS { get; set; } = 1.0;

        /// <summary>Increases by one per message of this source, layer and mode; 0 = not counted.</summary>
        public long Sequence { get; set; }

        /// <summary>Capture time of the values, Unix ns; 0 = unknown.</summary>
        public long CaptureTimeNs { get; set; }

        /// <summary>Number of channels with a value.</summary>
        public int Count { get; private set; }

        /// <summary>A channel's name, by its index in the order of setting.</summary>
        public string NameAt(int place) => _names[place];

        /// <summary>Its value, in the channel's unit.</summary>
        public double ValueAt(int place) => _values[place];

        /// <summary>Removes all values; channels without a value keep their owner.</summary>
        public void Clear() => Count = 0;

        /// <summary>Sets a channel. The runtime refuses values out of range and reports that in its status.</summary>
        public void Set(string channel, double value)
        {
            int place = Array.IndexOf(_names, channel, 0, Count);
            if (place < 0)
            {
                place = Count++;
                if (place == _names.Length)
                {
                    Array.Resize(ref _names, 2 * place);
                    Array.Resize(ref _values, 2 * place);
                }
                _names[place] = channel;
            }
            _values[place] = value;
        }

        /// <summary>Encodes one MessagePack map, without fields at their default.</summary>
        public void Encode(MessagePackWriter writer)
        {
            int fields = 4 + (Mode == DriverMode.Add ? 1 : 0) + (Weight != 1.0 ? 1 : 0) + (Priority != 0 ? 1 : 0)
                + (TtlS != 1.0 ? 1 : 0) + (Sequence != 0 ? 1 : 0) + (CaptureTimeNs != 0 ? 1 : 0);
            writer.Clear();
            writer.WriteMapHeader(fields);
            writer.WriteString("type");
            writer.WriteString("control");
            writer.WriteString("layer");
            writer.WriteString(Channels.NameOf(Layer));
            writer.WriteString("source");
            writer.WriteString(Source);
            writer.WriteString("values");
            writer.WriteMapHeader(Count);
            for (int i = 0; i < Count; i++)
            {
                writer.WriteString(_names[i]);
                writer.WriteDouble(_values[i]);
            }
            if (Mode == DriverMode.Add)
            {
                writer.WriteString("mode");
                writer.WriteString("add");
            }
            WriteUnless(writer, 1.0, "weight", Weight);
            WriteUnlessZero(writer, "priority", Priority);
            WriteUnless(writer, 1.0, "ttl_s", TtlS);
            WriteUnlessZero(writer, "sequence", Sequence);
            WriteUnlessZero(writer, "capture_time_ns", CaptureTimeNs);
        }

        /// <exception cref="ProtocolException">The message is no control message.</exception>
        public static ControlMessage Decode(byte[] data, int length)
        {
            var reader = new MessagePackReader();
            reader.Reset(data, 0, length);
            string type = null, layer = null, source = null;
            var read = new ControlMessage(Layer.Pose, ""); // until layer and source are known
            for (int pairs = reader.ReadMapHeader(); pairs > 0; pairs--)
            {
                switch (reader.ReadKey(Keys))
                {
                    case 0: type = reader.ReadString(); break;
                    case 1: layer = reader.ReadString(); break;
                    case 2: source = reader.ReadString(); break;
                    case 3:
                        for (int values = reader.ReadMapHeader(); values > 0; values--)
                        {
                            read.Set(reader.ReadString(), reader.ReadNumber());
                        }
                        break;
                    case 4: read.Mode = reader.ReadString() == "add" ? DriverMode.Add : DriverMode.Set; break;
                    case 5: read.Weight = reader.ReadNumber(); break;
                    case 6: read.Priority = (int)reader.ReadInteger(); break;
                    case 7: read.TtlS = reader.ReadNumber(); break;
                    case 8: read.Sequence = reader.ReadInteger(); break;
                    case 9: read.CaptureTimeNs = reader.ReadInteger(); break;
                    default: reader.Skip(); break;
                }
            }
            if (type != "control" || layer == null || source == null)
            {
                throw new ProtocolException("got a message of type '" + type + "', expected control, layer and source");
            }
            return new ControlMessage(Channels.LayerOf(layer), source)
            {
                _names = read._names, _values = read._values, Count = read.Count, Mode = read.Mode,
                Weight = read.Weight, Priority = read.Priority, TtlS = read.TtlS, Sequence = read.Sequence,
                CaptureTimeNs = read.CaptureTimeNs,
            };
        }

        static void WriteUnless(MessagePackWriter writer, double usual, string name, double value)
        {
            if (value == usual) return;
            writer.WriteString(name);
            writer.WriteDouble(value);
        }

        static void WriteUnlessZero(MessagePackWriter writer, string name, long value)
        {
            if (value == 0) return;
            writer.WriteString(name);
            writer.WriteInteger(value);
        }
    }
}
