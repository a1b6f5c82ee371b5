using System.Collections.Generic;

namespace Omote
{
    /// <summary>The runtime's state, published once a second. Must match protocol/messages.py.</summary>
    public sealed class Status
    {
        static readonly string[] Keys =
        {
            "type", "version", "avatar", "engine", "provider", "fps", "target_fps", "size", "uptime_s", "frames",
            "stages", "drivers", "dropped", "values", "publishers", "notes",
        };

        /// <summary>Of the protocol.</summary>
        public long Version { get; private set; }

        /// <summary>Avatar, engine and hardware.</summary>
        public string Avatar { get; private set; } = "";

        public string Engine { get; private set; } = "";

        public string Provider { get; private set; } = "";

        /// <summary>Frames a second, over the last second; wanted, 0 = as many as possible.</summary>
        public double Fps { get; private set; }

        public double TargetFps { get; private set; }

        /// <summary>Side of the square frames, pixels.</summary>
        public long Size { get; private set; }

        /// <summary>Seconds since the start.</summary>
        public double UptimeS { get; private set; }

        /// <summary>Since the start.</summary>
        public long Frames { get; private set; }

        public List<StageTiming> Stages { get; private set; } = new List<StageTiming>();

        /// <summary>All drivers.</summary>
        public List<DriverStatus> Drivers { get; private set; } = new List<DriverStatus>();

        /// <summary>Refused inputs since the start, by reason.</summary>
        public Dictionary<string, long> Dropped { get; } = new Dictionary<string, long>();

        /// <summary>The composed motion, in the order of <see cref="Channels.All"/>.</summary>
        public List<double> Values { get; private set; } = new List<double>();

        /// <summary>The frame publishers.</summary>
        public List<string> Publishers { get; private set; } = new List<string>();

        /// <summary>Warnings about degraded states, with what to do.</summary>
        public List<string> Notes { get; private set; } = new List<string>();

        /// <exception cref="ProtocolException">The message is no status.</exception>
        public static Status Read(MessagePackReader reader)
        {
            var status = new Status();
            string type = null;
            for (int pairs = reader.ReadMapHeader(); pairs > 0; pairs--)
            {
                switch (reader.ReadKey(Keys))
                {
                    case 0: type = reader.ReadString(); break;
                    case 1: status.Version = reader.ReadInteger(); break;
                    case 2: status.Avatar = reader.ReadString(); break;
                    case 3: status.Engine = reader.ReadString(); break;
                    case 4: status.Provider = reader.ReadString(); break;
                    case 5: status.Fps = reader.ReadNumber(); break;
                    case 6: status.TargetFps = reader.ReadNumber(); break;
                    case 7: status.Size = reader.ReadInteger(); break;
                    case 8: status.UptimeS = reader.ReadNumber(); break;
                    case 9: status.Frames = reader.ReadInteger(); break;
                    case 10: status.Stages = reader.ReadList(StageTiming.Read); break;
                    case 11: status.Drivers = reader.ReadList(DriverStatus.Read); break;
                    case 12:
                        for (int reasons = reader.ReadMapHeader(); reasons > 0; reasons--)
                        {
                            string reason = reader.ReadString();
                            status.Dropped[reason] = reader.ReadInteger();
                        }
                        break;
                    case 13: status.Values = reader.ReadList(one => one.ReadNumber()); break;
                    case 14: status.Publishers = reader.ReadList(one => one.ReadString()); break;
                    case 15: status.Notes = reader.ReadList(one => one.ReadString()); break;
                    default: reader.Skip(); break;
                }
            }
            if (type != "status") throw new ProtocolException("got a message of type '" + type + "', expected a status");
            return status;
        }
    }
}
