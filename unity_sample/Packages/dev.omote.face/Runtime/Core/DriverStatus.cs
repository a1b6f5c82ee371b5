using System.Collections.Generic;

namespace Omote
{
    /// <summary>One driver as the runtime sees it.</summary>
    public sealed class DriverStatus
    {
        static readonly string[] Keys = { "source", "layer", "mode", "weight", "priority", "age_s", "owned" };

        public string Source { get; private set; } = "";

        public string Layer { get; private set; } = "";

        public string Mode { get; private set; } = "";

        /// <summary>0 to 1.</summary>
        public double Weight { get; private set; }

        public long Priority { get; private set; }

        /// <summary>Age of its newest message, seconds.</summary>
        public double AgeS { get; private set; }

        /// <summary>The channels it currently drives.</summary>
        public List<string> Owned { get; private set; } = new List<string>();

        internal static DriverStatus Read(MessagePackReader reader)
        {
            var driver = new DriverStatus();
            for (int pairs = reader.ReadMapHeader(); pairs > 0; pairs--)
            {
                switch (reader.ReadKey(Keys))
                {
                    case 0: driver.Source = reader.ReadString(); break;
                    case 1: driver.Layer = reader.ReadString(); break;
                    case 2: driver.Mode = reader.ReadString(); break;
                    case 3: driver.Weight = reader.ReadNumber(); break;
                    case 4: driver.Priority = reader.ReadInteger(); break;
                    case 5: driver.AgeS = reader.ReadNumber(); break;
                    case 6: driver.Owned = reader.ReadList(one => one.ReadString()); break;
                    default: reader.Skip(); break;
                }
            }
            return driver;
        }
    }
}
