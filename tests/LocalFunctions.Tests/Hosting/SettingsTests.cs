using LocalFunctions.Hosting;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;

namespace LocalFunctions.Tests.Hosting;

public sealed class SettingsTests : IDisposable
{
    private readonly string folder = TestApp.NewFolder();

    [Fact]
    [Trait("Honours", "8 local.settings.json")]
    public void Values_of_local_settings_are_settings_that_arguments_override()
    {
        Write("""{ "IsEncrypted": false, "Values": { "Backup__Cluster": "a", "Backup:Other": "b", "Plain": "c" } }""");
        var settings = Create("--Plain", "d").Configuration;
        Assert.Equal(("a", "b", "d"), (settings["Backup:Cluster"], settings["Backup:Other"], settings["Plain"]));
    }

    [Fact]
    public void App_settings_files_come_before_local_settings()
    {
        File.WriteAllText(Path.Combine(folder, "appsettings.json"), """{ "A": "file", "B": "file" }""");
        Write("""{ "IsEncrypted": false, "Values": { "A": "local" } }""");
        var settings = Create().Configuration;
        Assert.Equal(("local", "file"), (settings["A"], settings["B"]));
    }

    [Theory]
    [InlineData("""{ "Values": {} }""", "must say \"IsEncrypted\": false")]
    [InlineData("""{ "IsEncrypted": true, "Values": {} }""", "must say \"IsEncrypted\": false")]
    [InlineData("""{ "IsEncrypted": false, "Values": { "A": { "B": "c" } } }""", "the value of 'A' must be a string")]
    [InlineData("""{ "IsEncrypted": """, "is not JSON")]
    [Trait("Honours", "8 local.settings.json")]
    public void Broken_local_settings_are_refused_with_the_reason(string json, string message)
    {
        Write(json);
        var refused = Assert.Throws<FunctionsStartupException>(() => Create());
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Honours", "2 Builder")]
    public void The_functions_are_those_of_the_assembly_that_the_builder_is_given()
    {
        var refused = Assert.Throws<FunctionsStartupException>(() => LocalFunctionsApplication.CreateBuilder(["--contentRoot", folder], typeof(BadName).Assembly).Build());
        Assert.Contains(typeof(BadName).FullName + ".Badly", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_app_without_functions_says_so()
    {
        await using var app = await TestApp.StartAsync([]);
        Assert.Contains(app.Log.Lines, line => line.Contains("No functions were found in LocalFunctions.Tests", StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private LocalFunctionsApplicationBuilder Create(params string[] args) =>
        LocalFunctionsApplication.CreateBuilder(["--contentRoot", folder, .. args], new FunctionAppSource(typeof(SettingsTests).Assembly, () => []));

    private void Write(string localSettings) => File.WriteAllText(Path.Combine(folder, "local.settings.json"), localSettings);
}
