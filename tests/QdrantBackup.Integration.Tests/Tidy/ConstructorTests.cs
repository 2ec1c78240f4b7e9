using System.Reflection;
using LocalFunctions.Hosting;
using QdrantBackup.App.Hosting;
using QdrantBackup.Cli.Output;
using QdrantBackup.OnAzure;
using QdrantBackup.Stores;
using Xunit;

namespace QdrantBackup.Integration.Tests.Tidy;

/// <summary>A service that needs more than six others does the work of several.</summary>
public sealed class ConstructorTests
{
    private const int Most = 6;

    private static readonly Assembly[] Product =
        [typeof(SealedStore).Assembly, typeof(BlobStores).Assembly, typeof(AppHost).Assembly, typeof(SafeWriter).Assembly, typeof(LocalFunctionsApplication).Assembly];

    [Fact]
    public void No_service_has_more_than_six_constructor_parameters() =>
        Assert.Empty(Product.SelectMany(assembly => assembly.GetTypes()).SelectMany(TooMany));

    [Fact]
    public void A_class_with_seven_is_found_and_a_record_with_seven_is_not()
    {
        Assert.Single(TooMany(typeof(Seven)));
        Assert.Empty(TooMany(typeof(SevenOfData)));
    }

    private static IEnumerable<string> TooMany(Type type) =>
        from constructor in type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
        where type.IsClass && !IsData(type) && constructor.GetParameters().Length > Most
        select $"{type.FullName} has {constructor.GetParameters().Length}";

    // Records hold data; exceptions and streams are not services; the compiler's own types have names that no source can have.
    private static bool IsData(Type type) =>
        type.GetMethod("<Clone>$") is not null
        || type.IsSubclassOf(typeof(Exception))
        || type.IsSubclassOf(typeof(Stream))
        || type.Name.Contains('<', StringComparison.Ordinal);

    private sealed class Seven(int a, int b, int c, int d, int e, int f, int g)
    {
        public int Sum => a + b + c + d + e + f + g;
    }

    private sealed record SevenOfData(int A, int B, int C, int D, int E, int F, int G);
}
