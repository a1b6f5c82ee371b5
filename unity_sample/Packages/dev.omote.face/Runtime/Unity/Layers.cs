using System;

namespace Omote
{
    /// <summary>From an inspector's numbers to the wire's.</summary>
    static class Layers
    {
        /// <summary>Radians in a degree.</summary>
        public const double Radian = Math.PI / 180;

        /// <summary>Give a channel its value, within its range: what is out of range would be refused.</summary>
        /// <param name="place">The channel's place in its layer.</param>
        /// <param name="value">In the wire's unit.</param>
        public static void Put(ControlMessage message, Channel[] layer, int place, double value) =>
            message.Set(layer[place].Name, layer[place].Limited(value));
    }
}
