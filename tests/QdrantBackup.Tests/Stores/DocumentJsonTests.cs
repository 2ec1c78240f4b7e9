using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using QdrantBackup.Stores;

namespace QdrantBackup.Tests.Stores;

public sealed class DocumentJsonTests
{
    /// <summary>Types that are no document of a store, or have a serialization of their own.</summary>
    private static readonly string[] Others = ["ScheduleJson", "MadeSnapshotJson", "NodeJson", "KeyDocumentJson"];

    [Fact]
    public void The_documents_of_every_folder_are_written_alike()
    {
        var contexts = typeof(SealedStore).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(JsonSerializerContext)) && !Others.Contains(type.Name))
            .Select(type => (type.Name, Options: ((JsonSerializerContext)type.GetProperty("Default", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!).Options))
            .ToList();

        Assert.InRange(contexts.Count, 12, int.MaxValue);
        var expected = Rules(StoreJson.Default.Options);
        Assert.All(contexts, context => Assert.Equal((context.Name, expected), (context.Name, Rules(context.Options))));
    }

    private static string Rules(JsonSerializerOptions options) => string.Join(
        ", ",
        options.PropertyNamingPolicy,
        options.DictionaryKeyPolicy,
        options.DefaultIgnoreCondition,
        options.NumberHandling,
        options.UnmappedMemberHandling,
        options.RespectNullableAnnotations,
        options.RespectRequiredConstructorParameters,
        options.PropertyNameCaseInsensitive,
        options.WriteIndented,
        options.MaxDepth);
}
