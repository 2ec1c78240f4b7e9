using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging.Abstractions;
using QdrantBackup.App.Hosting;
using QdrantBackup.App.Http;
using QdrantBackup.Configuration.Access;
using Xunit;

namespace QdrantBackup.Tests.App;

public sealed class ApiMiddlewareTests
{
    private static readonly NewApiKey Reader = NewApiKey.Generate();
    private static readonly NewApiKey Operator = NewApiKey.Generate();

    private static readonly ApiKeyRing Keys = new(
        [new("reader", Reader.Sha256, ApiScopes.Read), new("operator", Operator.Sha256, ApiScopes.Backup)]);

    [Fact]
    public void A_request_without_a_key_is_401()
    {
        Assert.Equal(StatusCodes.Status401Unauthorized, Status(Keys, "ListBackups", Request(key: null)));
    }

    [Fact]
    public void A_request_with_an_unknown_key_is_401()
    {
        Assert.Equal(StatusCodes.Status401Unauthorized, Status(Keys, "ListBackups", Request(NewApiKey.Generate().Key)));
    }

    [Fact]
    public void A_key_without_the_scope_is_403_and_the_answer_names_the_scope()
    {
        var problem = Assert.IsType<ProblemHttpResult>(Judge(Keys, "CreateBackup", Request(Reader.Key)));

        Assert.Equal(StatusCodes.Status403Forbidden, problem.StatusCode);
        Assert.Contains("backup", problem.ProblemDetails.Detail, StringComparison.Ordinal);
        Assert.Equal("urn:qdrant-backup:problem:forbidden", problem.ProblemDetails.Type);
    }

    [Fact]
    public void A_key_with_the_scope_passes_and_its_name_is_known()
    {
        var http = Request(Operator.Key);

        Assert.Null(Judge(Keys, "CreateBackup", http));
        Assert.Equal("operator", ApiMiddleware.CallerOf(http));
    }

    [Fact]
    public void Health_needs_no_key()
    {
        Assert.Null(Judge(Keys, "Health", Request(key: null)));
    }

    [Fact]
    public void A_function_that_no_table_knows_is_refused_to_everybody()
    {
        var admin = NewApiKey.Generate();
        var keys = new ApiKeyRing([new("admin", admin.Sha256, ApiScopes.Admin)]);

        Assert.Equal(StatusCodes.Status403Forbidden, Status(keys, "Forgotten", Request(admin.Key)));
    }

    [Fact]
    public void Without_any_key_configured_only_this_machine_is_let_in()
    {
        var none = new ApiKeyRing([]);

        Assert.Null(Judge(none, "CreateBackup", Request(key: null)));
        Assert.Equal(StatusCodes.Status401Unauthorized, Status(none, "CreateBackup", Request(key: null, from: "203.0.113.9")));
    }

    [Fact]
    public void Without_any_key_configured_a_forwarded_request_is_not_taken_for_a_local_one()
    {
        var http = Request(key: null);
        http.Request.Headers["X-Forwarded-For"] = "203.0.113.9";

        Assert.Equal(StatusCodes.Status401Unauthorized, Status(new ApiKeyRing([]), "CreateBackup", http));
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Host", "rebound.evil.example")]
    public void Without_any_key_configured_a_web_page_in_a_browser_of_this_machine_is_kept_out(string header, string value)
    {
        var http = Request(key: null);
        http.Request.Headers[header] = value;

        Assert.Equal(StatusCodes.Status401Unauthorized, Status(new ApiKeyRing([]), "CreateRestore", http));
    }

    [Fact]
    public void Every_HTTP_function_of_the_app_demands_a_scope_and_no_other_stands_in_the_table()
    {
        var functions = typeof(AppHost).Assembly.GetTypes()
            .SelectMany(t => t.GetMethods())
            .Where(m => m.GetParameters().Any(p => p.GetCustomAttributes(typeof(HttpTriggerAttribute), inherit: false).Length > 0))
            .Select(m => ((FunctionAttribute)m.GetCustomAttributes(typeof(FunctionAttribute), inherit: false)[0]).Name)
            .Order(StringComparer.Ordinal);

        Assert.Equal(ApiRoutes.Functions.Order(StringComparer.Ordinal), functions);
    }

    private static int? Status(ApiKeyRing keys, string function, HttpContext http) =>
        (Judge(keys, function, http) as IStatusCodeHttpResult)?.StatusCode;

    private static IResult? Judge(ApiKeyRing keys, string function, HttpContext http) =>
        new ApiMiddleware(keys, NullLogger<ApiMiddleware>.Instance).Judge(function, http);

    private static DefaultHttpContext Request(string? key, string from = "127.0.0.1")
    {
        var http = new DefaultHttpContext();
        http.Request.Scheme = "http";
        http.Request.Host = new HostString("localhost", 8000);
        http.Connection.RemoteIpAddress = IPAddress.Parse(from);
        if (key is not null)
        {
            http.Request.Headers[ApiKeyRing.HeaderName] = key;
        }

        return http;
    }
}
