// Prints size and offsets of each struct of Native.cs, for the comparison with a C compiler's.
using System;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;
using Dosegate;

internal static class StructLayouts
{
    private static void Main()
    {
        for (int i = 0; i < Native.Names.Length; ++i)
        {
            Type type = Native.Structs[i];
            var fields = type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
                .OrderBy(field => field.MetadataToken).Select(field => field.Name + "=" + Marshal.OffsetOf(type, field.Name));
            Console.WriteLine("{0} {1} {2}", Native.Names[i], Marshal.SizeOf(type), string.Join(" ", fields));
        }
    }
}
