using System;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Omote
{
    /// <summary>Linux: whether a folder is one user's own, no link, and closed to other users.</summary>
    static class PrivateFolder
    {
        // From statx(2); this structure is the same on every processor, unlike that of stat(2).
        const int CurrentFolder = -100, NoFollow = 0x100, TypeModeAndUser = 0x1 | 0x2 | 0x8;
        const int UserAt = 20, ModeAt = 28, Size = 256;
        const int TypeMask = 0xF000, Folder = 0x4000, OtherUsers = 0x3F;

        /// <param name="folder">An absolute path.</param>
        /// <param name="user">The user id, in decimal.</param>
        /// <returns>null where the C library cannot tell: those from before 2018.</returns>
        public static bool? Is(string folder, string user)
        {
            var found = new byte[Size];
            try
            {
                if (statx(CurrentFolder, folder, NoFollow, TypeModeAndUser, found) != 0) return false;
            }
            catch (Exception error) when (error is EntryPointNotFoundException || error is DllNotFoundException)
            {
                return null;
            }
            int mode = BitConverter.ToUInt16(found, ModeAt);
            string owner = BitConverter.ToUInt32(found, UserAt).ToString(CultureInfo.InvariantCulture);
            return (mode & TypeMask) == Folder && (mode & OtherUsers) == 0 && owner == user;
        }

        [DllImport("libc", CharSet = CharSet.Ansi)]
        static extern int statx(int folder, string path, int flags, uint mask, byte[] found);
    }
}
