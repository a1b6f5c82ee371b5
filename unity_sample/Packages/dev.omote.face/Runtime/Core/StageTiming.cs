namespace Omote
{
    /// <summary>Milliseconds of one stage of the runtime's frame, over the last seconds.</summary>
    public sealed class StageTiming
    {
        static readonly string[] Keys = { "name", "p50_ms", "p95_ms", "p99_ms" };

        public string Name { get; private set; } = "";

        /// <summary>Milliseconds.</summary>
        public double P50Ms { get; private set; }

        public double P95Ms { get; private set; }

        public double P99Ms { get; private set; }

        internal static StageTiming Read(MessagePackReader reader)
        {
            var timing = new StageTiming();
            for (int pairs = reader.ReadMapHeader(); pairs > 0; pairs--)
            {
                switch (reader.ReadKey(Keys))
                {
                    case 0: timing.Name = reader.ReadString(); break;
                    case 1: timing.P50Ms = reader.ReadNumber(); break;
                    case 2: timing.P95Ms = reader.ReadNumber(); break;
                    case 3: timing.P99Ms = reader.ReadNumber(); break;
                    default: reader.Skip(); break;
                }
            }
            return timing;
        }
    }
}
