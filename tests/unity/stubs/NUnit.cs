// As much of NUnit as the package's tests use, and a Main that runs them.
using System;
using System.Linq;
using System.Reflection;

namespace NUnit.Framework
{
    [AttributeUsage(AttributeTargets.Method)] public sealed class TestAttribute : Attribute { }

    [AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
    public sealed class TestCaseAttribute : Attribute
    {
        public readonly object Argument;
        public TestCaseAttribute(object argument) { Argument = argument; }
    }

    public sealed class AssertionException : Exception { public AssertionException(string message) : base(message) { } }

    public delegate void TestDelegate();

    public static class Assert
    {
        public static void AreEqual(object expected, object actual)
        {
            if (!Equals(expected, actual)) throw new AssertionException("expected " + expected + ", got " + actual);
        }

        public static void AreEqual(double expected, double actual, double delta)
        {
            if (!(Math.Abs(expected - actual) <= delta)) throw new AssertionException("expected " + expected + ", got " + actual);
        }

        public static void IsTrue(bool condition)
        {
            if (!condition) throw new AssertionException("expected true");
        }

        public static T Throws<T>(TestDelegate code) where T : Exception
        {
            try { code(); }
            catch (T error) { return error; }
            throw new AssertionException("expected " + typeof(T).Name);
        }
    }

    static class Runner
    {
        static int Main()
        {
            int failed = 0;
            foreach (MethodInfo method in Assembly.GetExecutingAssembly().GetTypes().SelectMany(type => type.GetMethods()))
            {
                var cases = method.GetCustomAttributes<TestCaseAttribute>().Select(one => new[] { one.Argument });
                if (method.IsDefined(typeof(TestAttribute))) cases = new[] { new object[0] };
                foreach (object[] arguments in cases)
                {
                    try
                    {
                        object[] fitted = arguments.Zip(method.GetParameters(), (value, parameter) =>
                            value == null ? null : Convert.ChangeType(value, parameter.ParameterType)).ToArray();
                        method.Invoke(Activator.CreateInstance(method.DeclaringType), fitted);
                        Console.WriteLine("passed " + method.Name);
                    }
                    catch (TargetInvocationException error)
                    {
                        failed++;
                        Console.WriteLine("FAILED " + method.Name + ": " + error.InnerException);
                    }
                }
            }
            return failed;
        }
    }
}
